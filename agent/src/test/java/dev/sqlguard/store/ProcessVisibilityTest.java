package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessVisibilityTest {
  private static final String ROOT = "/dev/sda1 / ext4 rw,relatime 0 0";

  private static String proc(String options) {
    return "proc /proc proc " + options + " 0 0";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rw,nosuid,nodev,noexec,relatime | false",
        "rw,relatime,hidepid=0 | false",
        "rw,relatime,hidepid=off | false",
        "rw,relatime,hidepid=1 | true",
        "rw,relatime,hidepid=noaccess | true",
        "rw,hidepid=2,gid=4 | true",
        "rw,relatime,gid=4,hidepid=invisible | true",
        "rw,relatime,hidepid=4 | true",
        "rw,hidepid=ptraceable,relatime | true",
        "rw,relatime,subset=pid | false",
      })
  void theOptionOfTheMountTells(String options, boolean hides) {
    assertEquals(hides, ProcessVisibility.hidesProcesses(List.of(ROOT, proc(options))));
  }

  @Test
  void theLastMountCounts() {
    String hiding = proc("rw,hidepid=2");
    String open = proc("rw");
    assertEquals(true, ProcessVisibility.hidesProcesses(List.of(open, ROOT, hiding)));
    assertEquals(false, ProcessVisibility.hidesProcesses(List.of(hiding, ROOT, open)));
  }

  @Test
  void otherMountsSayNothing() {
    List<String> mounts =
        List.of(
            ROOT,
            proc("rw"),
            "proc /srv/jail/proc proc rw,hidepid=2 0 0",
            "tmpfs /proc/acpi tmpfs ro,hidepid=2 0 0",
            "broken",
            "");
    assertEquals(false, ProcessVisibility.hidesProcesses(mounts));
    assertEquals(false, ProcessVisibility.hidesProcesses(List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "000001ffffffffff, true",
    "0000000000080000, true",
    "00000000a80425fb, false",
    "0000000000000000, false"
  })
  void thePrivilegeToTraceLiftsIt(String effective, boolean sees) {
    List<String> status =
        List.of("Name:\tjava", "CapPrm:\t000001ffffffffff", "CapEff:\t" + effective);
    assertEquals(sees, ProcessVisibility.seesHiddenProcesses(status));
  }
}
