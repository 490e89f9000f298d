package dev.sqlguard.store.fault;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.fault.DurableDisk.Attributes;
import dev.sqlguard.store.fault.DurableDisk.Remnant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Makes the files that a power loss left, in place of those in their directories.
 *
 * <p>A disk keeps the numbers of its inodes over a power loss; new files have others. So the
 * numbers in state files are translated: what a state file says of an inode holds after it if, and
 * only if, it held before. Change times can't be set, which matters to a standing refusal alone: it
 * is worked out again.
 */
public final class AfterPowerLoss {
  private static final int SLOT = 64 * 1024;
  private static final Pattern HEAD = Pattern.compile("(sqlguard-state-1) (\\d+) (\\d+) (\\d+)");
  private static final Pattern INODE =
      Pattern.compile("( (?:inode|candidate|quarantine-inode)=)(\\d+)");

  private static final int PERMISSIONS = 07777;

  private AfterPowerLoss() {}

  /** Deletes everything in the directories, and makes what was left. */
  public static void make(List<Path> directories, SortedMap<Path, Remnant> left)
      throws IOException {
    for (Path directory : directories) {
      try (var entries = Files.newDirectoryStream(directory)) {
        for (Path path : entries) {
          if (!directories.contains(path)) {
            Files.delete(path);
          }
        }
      }
    }
    Map<Remnant, Path> made = new IdentityHashMap<>();
    Map<Long, Long> inodes = new HashMap<>();
    for (Map.Entry<Path, Remnant> file : left.entrySet()) {
      Path first = made.putIfAbsent(file.getValue(), file.getKey());
      if (first == null) {
        Files.write(file.getKey(), file.getValue().content());
        long inode = FileStat.ofEntry(file.getKey()).orElseThrow().id().inode();
        inodes.put(file.getValue().inode(), inode);
      } else {
        Files.createLink(file.getKey(), first);
      }
    }
    for (Map.Entry<Remnant, Path> file : made.entrySet()) {
      if (file.getValue().toString().endsWith(".sqlguard")) {
        Files.write(file.getValue(), translated(file.getKey().content(), inodes));
      }
      dress(file.getValue(), file.getKey().attributes());
    }
  }

  private static void dress(Path path, Attributes attributes) throws IOException {
    FileStat now = FileStat.ofEntry(path).orElseThrow();
    if (now.group() != attributes.group()) {
      set(path, "unix:gid", attributes.group());
    }
    if (now.owner() != attributes.owner()) {
      set(path, "unix:uid", attributes.owner());
    }
    set(path, "unix:mode", attributes.mode() & PERMISSIONS);
    Files.setLastModifiedTime(path, attributes.modified());
  }

  private static void set(Path path, String attribute, int value) throws IOException {
    Files.setAttribute(path, attribute, value, LinkOption.NOFOLLOW_LINKS);
  }

  /** Slots that are torn stay as they are. */
  static byte[] translated(byte[] state, Map<Long, Long> inodes) {
    byte[] result = state.clone();
    for (int at = 0; at < state.length; at += SLOT) {
      String slot =
          new String(state, at, Math.min(SLOT, state.length - at), StandardCharsets.ISO_8859_1);
      int end = slot.indexOf('\n');
      Matcher head = HEAD.matcher(end < 0 ? "" : slot.substring(0, end));
      if (head.matches()) {
        String generation = head.group(2);
        int length = Integer.parseInt(head.group(3));
        if (end + 1 + length <= slot.length()) {
          String body = slot.substring(end + 1, end + 1 + length);
          if (checksum(generation, body).equals(head.group(4))) {
            String other = translated(body, inodes);
            String text =
                head.group(1)
                    + " "
                    + generation
                    + " "
                    + other.length()
                    + " "
                    + checksum(generation, other)
                    + "\n"
                    + other;
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            if (at + bytes.length > result.length) {
              result = java.util.Arrays.copyOf(result, at + bytes.length);
            }
            System.arraycopy(bytes, 0, result, at, bytes.length);
          }
        }
      }
    }
    return result;
  }

  private static String translated(String body, Map<Long, Long> inodes) {
    return INODE
        .matcher(body)
        .replaceAll(
            match -> {
              long inode = Long.parseLong(match.group(2));
              // One that is gone must not become that of a file that has its number by chance.
              return match.group(1) + inodes.getOrDefault(inode, Long.MAX_VALUE - inode);
            });
  }

  private static String checksum(String generation, String body) {
    CRC32C crc = new CRC32C();
    crc.update(generation.getBytes(StandardCharsets.ISO_8859_1));
    crc.update(body.getBytes(StandardCharsets.ISO_8859_1));
    return Long.toString(crc.getValue());
  }
}
