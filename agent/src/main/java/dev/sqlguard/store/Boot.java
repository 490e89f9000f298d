package dev.sqlguard.store;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The run of the operating system's kernel that this process belongs to. */
public final class Boot {
  private static final String ID = "/proc/sys/kernel/random/boot_id";
  private static final int LONGEST = 64;

  private Boot() {}

  /** What no other run of a kernel is called (random(4)); empty where that isn't known. */
  public static String id() {
    try (FileInputStream in = new FileInputStream(ID)) {
      return new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII).trim();
    } catch (IOException e) {
      return "";
    }
  }
}
