package dev.sqlguard.it.torture;

import dev.sqlguard.it.Databases;
import dev.sqlguard.it.Images;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
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
  /** In front of the last commit: one that is broken itself looks like one that never came. */
  DESTROYED_LOG {
    @Override
    boolean isPossible(Path db) throws IOException {
      return room(Databases.beside(db, "-wal")) > 0;
    }

    @Override
    void inflict(Path db, Random random) throws Exception {
      Path log = Databases.beside(db, "-wal");
      byte[] bytes = new byte[BROKEN_BYTES];
      random.nextBytes(bytes);
      Databases.overwrite(log, WAL_HEADER + random.nextLong(room(log)), bytes);
    }

    /**
     * How many bytes of the log a hole may begin at. Behind it stands a whole frame, whose checksum
     * proves the one of the last commit (SQLite's file format, section 4.1).
     */
    private long room(Path log) throws IOException {
      if (Files.notExists(log)) {
        return 0;
      }
      ByteBuffer wal = ByteBuffer.wrap(Files.readAllBytes(log));
      if (wal.capacity() < WAL_HEADER) {
        return 0;
      }
      int frame = FRAME_HEADER + wal.getInt(8);
      long salts = wal.getLong(16);
      int last = 0;
      for (int at = WAL_HEADER; at + frame <= wal.capacity(); at += frame) {
        boolean commit = wal.getInt(at + 4) != 0;
        last = commit && wal.getLong(at + 8) == salts ? at : last;
      }
      return last - frame - BROKEN_BYTES - WAL_HEADER;
    }
  };

  private static final int WAL_HEADER = 32;
  private static final int FRAME_HEADER = 24;
  private static final int BROKEN_BYTES = 16;

  abstract void inflict(Path db, Random random) throws Exception;

  boolean isPossible(Path db) throws IOException {
    return true;
  }

  /** Any but the first: nothing is in such a file but trees and free pages. */
  private static int treePage(Path db, Random random) throws IOException {
    return 2 + random.nextInt(Math.toIntExact(Files.size(db) / Images.pageSize(db)) - 1);
  }
}
