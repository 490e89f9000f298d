package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What SQLite takes for the name of a super-journal, and how it is kept from it. */
class SuperJournalRecordTest {
  private static final long MAGIC = 0xd9d505f920a163d7L;

  private static byte[] journal(byte[] before, String text, int error) {
    byte[] name = text.getBytes(StandardCharsets.UTF_8);
    int sum = error;
    for (byte b : name) {
      sum += b;
    }
    ByteBuffer journal = ByteBuffer.allocate(before.length + name.length + 16);
    return journal.put(before).put(name).putInt(name.length).putInt(sum).putLong(MAGIC).array();
  }

  private static Optional<String> name(byte[] journal) throws IOException {
    return SuperJournalRecord.name(new MemoryImage(journal));
  }

  private static byte[] hidden(byte[] journal) throws IOException {
    return WalImageTest.bytes(SuperJournalRecord.hidden(new MemoryImage(journal)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "relative", "größer", "a", "../x.db-mj01234A9BC"})
  void anyNameCounts(String name) throws Exception {
    assertEquals(Optional.of(name), name(journal(new byte[512], name, 0)));
    assertEquals(Optional.of(name), name(journal(new byte[0], name, 0)));
  }

  @Test
  void aNameEndsAtAZero() throws Exception {
    assertEquals(Optional.of("/x/y"), name(journal(new byte[512], "/x/y\0/z", 0)));
    assertEquals(Optional.empty(), name(journal(new byte[512], "\0/x/y", 0)));
  }

  @Test
  void aNameIsAtMostSqlitesLimitLong() throws Exception {
    assertEquals(Optional.of("x".repeat(512)), name(journal(new byte[512], "x".repeat(512), 0)));
    assertEquals(Optional.empty(), name(journal(new byte[512], "x".repeat(513), 0)));
  }

  @Test
  void withoutLengthOrChecksumOrMagicThereIsNone() throws Exception {
    assertEquals(Optional.empty(), name(journal(new byte[512], "", 0)));
    assertEquals(Optional.empty(), name(journal(new byte[512], "/x/y", 1)));
    byte[] longer = journal(new byte[0], "/x/y", 0);
    longer[3]++;
    assertEquals(Optional.empty(), name(longer), "longer than the file");
    byte[] otherMagic = journal(new byte[512], "/x/y", 0);
    otherMagic[otherMagic.length - 1]++;
    assertEquals(Optional.empty(), name(otherMagic));
    assertEquals(Optional.empty(), name(new byte[15]));
  }

  @Test
  void aJournalWithoutARecordStaysAsItIs() throws Exception {
    MemoryImage journal = new MemoryImage(new byte[1000]);
    assertSame(journal, SuperJournalRecord.hidden(journal));
  }

  /** What was whole before the end is still whole, and nothing has become whole by it. */
  @ParameterizedTest
  @ValueSource(ints = {512, 513, 514, 515, 516, 517, 518, 519})
  void aHiddenRecordLeavesWhatStandsBeforeIt(int size) throws Exception {
    byte[] first = journal(new byte[size], "/x/first", 0);
    byte[] journal = journal(first, "/x/y", 0);
    byte[] hidden = hidden(journal);
    assertEquals(Optional.empty(), name(hidden), "not the one before it either");
    int units = journal.length / 8;
    assertEquals(units, hidden.length / 8);
    assertArrayEquals(Arrays.copyOf(journal, units * 8), Arrays.copyOf(hidden, units * 8));
  }
}
