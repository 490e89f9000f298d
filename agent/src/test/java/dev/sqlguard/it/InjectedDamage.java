package dev.sqlguard.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** What a broken disk does to a database that nobody has open. */
enum InjectedDamage {
  ZEROED_PAGE {
    @Override
    void inflict(Path db, Random random) throws Exception {
      Images.zeroPage(db, treePage(db, random));
    }
  },
  RANDOM_PAGE {
    @Override
    void inflict(Path db, Random random) throws Exception {
      byte[] page = new byte[Images.pageSize(db)];
      random.nextBytes(page);
      Images.putPage(db, treePage(db, random), page);
    }
  },
  RANDOM_BYTES {
    @Override
    void inflict(Path db, Random random) throws Exception {
      // Of a page's header, and not of a text: those are nothing that a check could miss.
      int page = treePage(db, random);
      long at = (page - 1L) * Images.pageSize(db);
      byte type = Images.bytes(db, at, 1)[0];
      if (type == 2 || type == 5 || type == 10 || type == 13) {
        byte[] bytes = new byte[3];
        random.nextBytes(bytes);
        Databases.overwrite(db, at, bytes);
      }
    }
  },
  TRUNCATED {
    @Override
    void inflict(Path db, Random random) throws Exception {
      try (RandomAccessFile file = new RandomAccessFile(db.toFile(), "rw")) {
        file.setLength(file.length() - random.nextLong(file.length() / 4));
      }
    }
  },
  DESTROYED_HEADER {
    @Override
    void inflict(Path db, Random random) throws Exception {
      byte[] header = new byte[100];
      if (random.nextBoolean()) {
        random.nextBytes(header);
      }
      Databases.overwrite(db, 0, header);
    }
  },
  DESTROYED_LOG {
    @Override
    boolean isPossible(Path db) throws IOException {
      Path log = Databases.beside(db, "-wal");
      return Files.exists(log) && Files.size(log) > WAL_HEADER;
    }

    @Override
    void inflict(Path db, Random random) throws Exception {
      Path log = Databases.beside(db, "-wal");
      byte[] bytes = new byte[16];
      random.nextBytes(bytes);
      long room = Files.size(log) - bytes.length - WAL_HEADER;
      Databases.overwrite(log, WAL_HEADER + random.nextLong(room), bytes);
    }
  };

  private static final int WAL_HEADER = 32;

  abstract void inflict(Path db, Random random) throws Exception;

  boolean isPossible(Path db) throws IOException {
    return true;
  }

  /** Any but the first: nothing is in such a file but trees and free pages. */
  private static int treePage(Path db, Random random) throws IOException {
    return 2 + random.nextInt(Math.toIntExact(Files.size(db) / Images.pageSize(db)) - 1);
  }
}
