package dev.sqlguard.repair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.Catalog;
import dev.sqlguard.backup.Rotation;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import dev.sqlguard.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of several backups is offered, on images whose last byte stands for their rows. */
class BackupRungTest {
  @TempDir Path directory;

  private final UnreadableDisk disk = new UnreadableDisk();
  private final Map<Byte, Verdict> verdicts = new HashMap<>();
  private final List<String> passedOver = new ArrayList<>();
  private StateFile state;
  private BackupNames names;

  /** Reading some of its files fails, as on a disk with a bad sector. */
  private static final class UnreadableDisk extends Disk {
    private Path unreadable;

    @Override
    public void copyDurably(Path from, Path to) throws IOException {
      if (from.equals(unreadable)) {
        Files.write(to, new byte[10]);
        // It can't be read by others either: a full disk would look the same from here.
        Files.delete(from);
        Files.createDirectory(from);
        throw new IOException("Input/output error");
      }
      super.copyDurably(from, to);
    }
  }

  @BeforeEach
  void openState() throws Exception {
    Path main = Files.write(directory.resolve("a.db"), new byte[1]);
    names = BackupNames.beside(main);
    FileStat model = FileStat.ofEntry(main).orElseThrow();
    state = StateFile.open(names.state(), model, disk, 0).orElseThrow();
    Rotation rotation = new Rotation(new Catalog(state, names, disk), 3, 0, 0);
    for (byte rows : new byte[] {30, 10, 20}) {
      byte[] image = Arrays.copyOf(DatabaseHeader.substitute(512, 2), 1024);
      image[1023] = rows;
      Files.write(names.staged(), image);
      rotation.place(names.staged(), model, false, rows(rows));
      verdicts.put(rows, new Healthy(rows(rows)));
    }
  }

  @AfterEach
  void closeState() throws Exception {
    state.close();
  }

  private static Contents rows(long count) {
    return new Contents(new TreeMap<>(Map.of("t", count)));
  }

  private Verdict judge(Path image, Verifier.Depth depth) {
    try {
      return verdicts.get(Files.readAllBytes(image)[1023]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Optional<Path> offerWhereReadable(long rows) throws IOException {
    List<Finding> findings = List.of(Finding.headerDestroyed());
    Damaged damage = new Damaged(findings, true, rows(rows), 0);
    Catalog catalog = new Catalog(state, names, disk);
    Optional<Path> offer =
        new BackupRung(new NewestBackup(catalog, names.scratch(), this::judge, disk, new Parked()))
            .attempt(damage, passedOver)
            .map(Candidate::file);
    assertFalse(Files.exists(names.scratch()));
    return offer;
  }

  private Path slot(int number) {
    return names.series().get(0).slot(number);
  }

  @Test
  void theNewestIsOffered() throws Exception {
    assertEquals(Optional.of(slot(0)), offerWhereReadable(20));
    assertEquals(List.of(), passedOver);
  }

  /** More rows, but of another time: what changed since would be taken back unseen. */
  @Test
  void nothingOlderThanAHealthyOneThatIsPoorerIsOffered() throws Exception {
    assertEquals(Optional.empty(), offerWhereReadable(25));
    assertEquals(1, passedOver.size(), passedOver::toString);
    assertTrue(passedOver.get(0).contains(slot(0).getFileName().toString()));
  }

  @Test
  void theNextIsTriedWhereOneDoesNotPassTheCheck() throws Exception {
    verdicts.put((byte) 20, new Verdict.CannotTell(Verdict.Cause.OTHER, "as told"));
    assertEquals(Optional.of(slot(1)), offerWhereReadable(10));
    assertEquals(1, passedOver.size(), passedOver::toString);
  }

  @Test
  void theNextIsTriedWhereOneCannotBeRead() throws Exception {
    disk.unreadable = slot(0);
    assertEquals(Optional.of(slot(1)), offerWhereReadable(10));
    assertEquals(1, passedOver.size(), passedOver::toString);
    assertTrue(passedOver.get(0).contains("Input/output error"), passedOver::toString);
  }

  /** It is known by its size and times, and sound: it isn't what was checked and put there. */
  @Test
  void theNextIsTriedWhereTheBytesOfOneHaveChanged() throws Exception {
    byte[] changed = Files.readAllBytes(slot(0));
    changed[1023] = 25;
    verdicts.put((byte) 25, new Healthy(rows(25)));
    FileTime time = Files.getLastModifiedTime(slot(0));
    Files.write(slot(0), changed);
    Files.setLastModifiedTime(slot(0), time);
    assertEquals(slot(0), new Catalog(state, names, disk).entries().get(0).file());
    assertEquals(Optional.of(slot(1)), offerWhereReadable(10));
    assertEquals(1, passedOver.size(), passedOver::toString);
    assertTrue(passedOver.get(0).contains(slot(0).getFileName().toString()));
  }

  /** A directory in a slot can be opened by nobody. */
  @Test
  void whatIsNoFileIsPassedOver() throws Exception {
    Files.delete(slot(0));
    Files.createDirectory(slot(0));
    assertEquals(Optional.of(slot(1)), offerWhereReadable(10));
    assertTrue(Files.isDirectory(slot(0)));
  }
}
