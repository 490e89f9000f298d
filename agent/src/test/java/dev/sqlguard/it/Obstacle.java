package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What somebody may have put under a name that the guard wants to use. */
enum Obstacle {
  LINK {
    @Override
    void plant(Path name, Path victim) throws IOException {
      Files.createSymbolicLink(name, victim);
    }
  },
  LINK_TO_NOTHING {
    @Override
    void plant(Path name, Path victim) throws IOException {
      Files.createSymbolicLink(name, victim.resolveSibling("nothing"));
    }
  },
  LINK_TO_A_DIRECTORY {
    @Override
    void plant(Path name, Path victim) throws IOException {
      Files.createSymbolicLink(name, victim.getParent());
    }
  },
  DIRECTORY {
    @Override
    void plant(Path name, Path victim) throws IOException {
      Files.createDirectory(name);
    }
  },
  FULL_DIRECTORY {
    @Override
    void plant(Path name, Path victim) throws IOException {
      Files.createSymbolicLink(Files.createDirectory(name).resolve("inside"), victim);
    }
  },
  FIFO {
    @Override
    void plant(Path name, Path victim) throws IOException {
      fifo(name);
    }
  },
  LINK_TO_A_FIFO {
    @Override
    void plant(Path name, Path victim) throws IOException {
      fifo(victim.resolveSibling("fifo"));
      Files.createSymbolicLink(name, victim.resolveSibling("fifo"));
    }
  },
  HARD_LINK {
    @Override
    void plant(Path name, Path victim) throws IOException {
      Files.createLink(name, victim);
    }
  },
  READ_ONLY_FILE {
    @Override
    void plant(Path name, Path victim) throws IOException {
      Files.writeString(name, "somebody's");
      Files.setPosixFilePermissions(name, PosixFilePermissions.fromString("r--------"));
    }
  },
  FILE_OF_ANOTHER_USER {
    @Override
    void plant(Path name, Path victim) throws IOException {
      Files.writeString(name, "somebody else's, long enough to be something\n".repeat(20));
      Files.setPosixFilePermissions(name, PosixFilePermissions.fromString("r--r--r--"));
      try {
        Files.setAttribute(name, "unix:uid", STRANGER);
        Files.setAttribute(name, "unix:gid", STRANGER);
      } catch (IOException e) {
        Assumptions.abort("needs root to give files away");
      }
    }
  };

  private static final int STRANGER = 40002;

  private static final byte[] CONTENT = "precious, and nobody else's business".getBytes();

  /** What a test plants with, and looks after. */
  record Planted(
      Obstacle kind, Path name, Path victim, Object before, List<String> beside, String file) {
    /** Nothing came of it. */
    void assertUnharmed() throws IOException {
      assertVictimUnharmed();
      if (kind.isFile()) {
        assertEquals(file, contentOf(name));
      } else {
        assertTrue(
            kind == HARD_LINK || !Files.isRegularFile(name, LinkOption.NOFOLLOW_LINKS),
            () -> name + " is another one");
      }
    }

    /** Where the name is one that the application's SQLite deletes. */
    void assertVictimUnharmed() throws IOException {
      assertEquals(new String(CONTENT), Files.readString(victim));
      assertEquals(before, attributes(victim));
      assertEquals(beside, list(victim.getParent()));
    }
  }

  /** Whether it is a file of its own, of which nothing may change. */
  boolean isFile() {
    return this == READ_ONLY_FILE || this == FILE_OF_ANOTHER_USER;
  }

  abstract void plant(Path name, Path victim) throws IOException;

  /**
   * @param elsewhere an empty directory
   */
  final Planted plantAt(Path name, Path elsewhere) throws IOException {
    Path victim = Files.write(elsewhere.resolve("victim"), CONTENT);
    Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-r-----"));
    plant(name, victim);
    String file = isFile() ? contentOf(name) : "";
    return new Planted(this, name, victim, attributes(victim), list(elsewhere), file);
  }

  private static String contentOf(Path name) throws IOException {
    return Files.exists(name, LinkOption.NOFOLLOW_LINKS)
        ? name + " " + attributes(name) + " " + Files.readString(name)
        : name + " is gone";
  }

  private static Object attributes(Path victim) throws IOException {
    return Files.readAttributes(victim, "unix:ino,size,mode,uid,gid,lastModifiedTime").toString();
  }

  private static List<String> list(Path directory) {
    String[] names = directory.toFile().list();
    Arrays.sort(names);
    return List.of(names);
  }

  private static void fifo(Path name) throws IOException {
    try {
      assertEquals(0, new ProcessBuilder("mkfifo", name.toString()).start().waitFor(), "mkfifo");
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
