package dev.sqlguard.guard;

import dev.sqlguard.store.fault.Call.Kind;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a guarded start may find: one of each kind of work that the guard has. Whatever hits it on
 * its way, the database ends up with exactly the rows that {@link #build} names.
 */
enum Scenario {
  FIRST_START {
    @Override
    String build(Scene scene) throws Exception {
      scene.database().create();
      return scene.content();
    }
  },
  HEALTHY {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().change("since the backup");
      return scene.content();
    }
  },
  UNCHANGED {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene);
      return scene.content();
    }
  },
  /** Nothing is to be done but to break the seal. */
  SEALED {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).auto().sealed();
      return scene.content();
    }
  },
  /** A full check and a backup, and at the end of the JVM a seal. */
  SEALED_EXIT {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().change("since the backup");
      scene.auto().ending();
      return scene.content();
    }
  },
  SLOTS_FULL {
    @Override
    String build(Scene scene) throws Exception {
      withTwoBackups(scene).database().change("since the last backup");
      return scene.content();
    }
  },
  ROTATION_DUE {
    @Override
    String build(Scene scene) throws Exception {
      withTwoBackups(scene.withoutSpacing()).database().change("since the last backup");
      return scene.content();
    }
  },
  /** The disk has lost a part of the newest one, and nothing tells but what it holds. */
  ROTTEN_BACKUP {
    @Override
    String build(Scene scene) throws Exception {
      withTwoBackups(scene.withoutSpacing()).rotTheBackup();
      return scene.content();
    }
  },
  /** After a copy of the whole directory, files are known by nothing but what they hold. */
  COPIED_DIRECTORY(false) {
    @Override
    String build(Scene scene) throws Exception {
      return ROTATION_DUE.build(scene);
    }
  },
  FIRST_BACKUP_ELSEWHERE {
    @Override
    String build(Scene scene) throws Exception {
      return FIRST_START.build(scene.backupsElsewhere());
    }
  },
  BACKUPS_ELSEWHERE {
    @Override
    String build(Scene scene) throws Exception {
      return ROTATION_DUE.build(scene.backupsElsewhere());
    }
  },
  HEALTHY_WITH_WAL {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().leaveWal();
      return scene.content();
    }
  },
  HEALTHY_WITH_HOT_JOURNAL {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().change("since the backup").leaveHotJournal();
      return scene.content();
    }
  },
  /** SQLite will overwrite what stands behind the broken frame: log and database are kept. */
  BROKEN_LOG {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().leaveBrokenLog();
      return scene.content();
    }
  },
  /** Backed up by an online copy, and not replaced whatever it is. */
  IN_USE {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().change("since the backup");
      scene.used();
      return scene.content();
    }
  },
  /** The backup with much more in it becomes {@code .bak.keep}. */
  POORER_THAN_ITS_BACKUP {
    @Override
    String build(Scene scene) throws Exception {
      withTwoBackups(scene).database().execute("DELETE FROM person WHERE id > 15");
      return scene.content();
    }
  },
  /** Four are kept already: the poorest in between has to go. */
  KEPT_BACKUPS_FULL {
    @Override
    String build(Scene scene) throws Exception {
      scene.database().create();
      for (int rows : new int[] {80, 95, 20, 30, 10}) {
        scene.database().execute("DELETE FROM person");
        scene.start();
        scene.database().addPersons(rows);
        scene.start();
      }
      scene.database().execute("DELETE FROM person");
      return scene.content();
    }
  },
  NEW_INDEXES {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().forgetAnIndexEntry();
      Path copy = Files.copy(scene.db(), scene.beside("-copy"));
      new SampleDatabase(copy).execute("REINDEX");
      String whole = Picture.contentOf(copy);
      Files.delete(copy);
      return whole;
    }
  },
  NEW_PAGES {
    @Override
    String build(Scene scene) throws Exception {
      String whole = withOneBackup(scene).content();
      scene.database().miscountFreePages();
      return whole;
    }
  },
  /** Destroyed rows come from the backup. */
  SALVAGED_WITH_BACKUP {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().loseALeaf();
      return Picture.contentOf(scene.beside(".bak"));
    }
  },
  /** Damage counts where the newest SQLite finds it too, and a result where both pass it. */
  SALVAGED_BY_TWO_JUDGES {
    @Override
    String build(Scene scene) throws Exception {
      return SALVAGED_WITH_BACKUP.build(scene.judgedTwice());
    }
  },
  /** The main file is healthy without its log. */
  FOREIGN_LOG {
    @Override
    String build(Scene scene) throws Exception {
      String whole = withOneBackup(scene).content();
      scene.database().leaveForeignLog();
      return whole;
    }
  },
  SALVAGED_WITH_BACKUP_ELSEWHERE {
    @Override
    String build(Scene scene) throws Exception {
      String whole = withOneBackup(scene.backupsElsewhere()).content();
      scene.database().loseALeaf();
      return whole;
    }
  },
  /** The option has changed since. */
  SALVAGED_WITH_BACKUP_OF_ANOTHER_PLACE {
    @Override
    String build(Scene scene) throws Exception {
      String whole = withOneBackup(scene.backupsElsewhere()).content();
      scene.backupsBeside().database().loseALeaf();
      return whole;
    }
  },
  /** Nothing is installed that lacks a row which a backup may have; that is left as a proposal. */
  SALVAGED_WITHOUT_ITS_BACKUP_DIRECTORY {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene.backupsElsewhere()).database().loseALeaf();
      return scene.unmounted().content();
    }
  },
  /** A repair did without them, since nothing told of them: the richer one is kept now. */
  BACKUPS_BACK_AFTER_A_LOSS {
    @Override
    String build(Scene scene) throws Exception {
      withTwoBackups(scene.backupsElsewhere()).database().loseALeaf();
      Files.delete(scene.beside(".sqlguard"));
      scene.unmounted().start();
      return scene.mounted().content();
    }
  },
  DAMAGED_COPY_OF_A_DIRECTORY(false) {
    @Override
    String build(Scene scene) throws Exception {
      return SALVAGED_WITH_BACKUP.build(scene);
    }
  },
  RESTORED {
    @Override
    String build(Scene scene) throws Exception {
      return SALVAGED_WITH_BACKUP.build(scene.withoutBackfill());
    }
  },
  RESTORED_WITH_WAL {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene.withoutBackfill()).database().loseALeaf().leaveWal();
      return Picture.contentOf(scene.beside(".bak"));
    }
  },
  RESTORED_WITH_HOT_JOURNAL {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene.withoutBackfill()).database().loseALeaf().leaveHotJournal();
      return Picture.contentOf(scene.beside(".bak"));
    }
  },
  /** Nothing is known to be lost, and the backup has more: it becomes {@code .bak.keep}. */
  SALVAGED_POORER_THAN_ITS_BACKUP {
    @Override
    String build(Scene scene) throws Exception {
      withTwoBackups(scene).database().execute("DELETE FROM person WHERE id > 55");
      String rest = scene.content();
      scene.database().destroyTheHeader();
      return rest;
    }
  },
  /** The row that can't be trusted goes to the quarantine, older evidence moves up. */
  SALVAGED_WITH_QUARANTINE {
    @Override
    String build(Scene scene) throws Exception {
      return withQuarantineTwice(scene);
    }
  },
  /** The older original goes, but not its rows in quarantine. */
  EVIDENCE_FULL {
    @Override
    String build(Scene scene) throws Exception {
      return withQuarantineTwice(scene.keepingOnePieceOfEvidence());
    }
  },
  /** More would be lost than the owner allows. */
  PROPOSAL {
    @Override
    String build(Scene scene) throws Exception {
      scene.withoutLoss().database().create().cutTheLongRow();
      return scene.content();
    }
  },
  ORPHANED_LOG {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().leaveWal();
      Files.delete(scene.db());
      return Picture.MISSING;
    }
  },
  READ_ONLY {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().change("since the backup");
      scene.readOnly();
      return scene.content();
    }
  },
  READ_ONLY_AND_DAMAGED {
    @Override
    String build(Scene scene) throws Exception {
      withOneBackup(scene).database().loseALeaf();
      scene.readOnly();
      return scene.content();
    }
  },
  INTERRUPTED_COPY {
    @Override
    String build(Scene scene) throws Exception {
      String content = ROTATION_DUE.build(scene);
      scene.interruptedBefore(Kind.SYNC, "-staged");
      return content;
    }
  },
  INTERRUPTED_ROTATION {
    @Override
    String build(Scene scene) throws Exception {
      String content = ROTATION_DUE.build(scene);
      scene.interruptedBefore(Kind.RENAME, "-staged");
      return content;
    }
  },
  INTERRUPTED_SALVAGE {
    @Override
    String build(Scene scene) throws Exception {
      String content = SALVAGED_WITH_BACKUP.build(scene);
      scene.interruptedBefore(Kind.SQLITE, "-repaired");
      return content;
    }
  },
  /** The evidence has the name of its main file, and nothing else. */
  INTERRUPTED_EVIDENCE {
    @Override
    String build(Scene scene) throws Exception {
      String content = RESTORED_WITH_WAL.build(scene);
      scene.interruptedBefore(Kind.CREATE, ".corrupt-wal");
      return content;
    }
  },
  /** The evidence is complete, the side files are gone, the good file isn't in place. */
  INTERRUPTED_SWAP {
    @Override
    String build(Scene scene) throws Exception {
      String content = RESTORED_WITH_WAL.build(scene);
      scene.interruptedBefore(Kind.RENAME, "-install");
      return content;
    }
  },
  /** The good file is in place, and nobody knows. */
  INTERRUPTED_END {
    @Override
    String build(Scene scene) throws Exception {
      String content = RESTORED_WITH_HOT_JOURNAL.build(scene);
      boolean[] swapped = new boolean[1];
      scene.interruptedBefore(
          call -> {
            swapped[0] |= call.is(Kind.RENAME, "-install");
            return swapped[0] && call.kind() == Kind.WRITE;
          });
      return content;
    }
  };

  private final boolean knownByInode;

  Scenario() {
    this(true);
  }

  Scenario(boolean knownByInode) {
    this.knownByInode = knownByInode;
  }

  /**
   * Fills an empty scene.
   *
   * @return what the database holds when the guard has done its work, as {@link Picture#contentOf}
   *     says it
   */
  abstract String build(Scene scene) throws Exception;

  /**
   * @param directory an empty one, for this scenario alone
   */
  Template template(Path directory) throws Exception {
    Scene scene = new Scene(Files.createDirectory(directory.resolve("scene")));
    String expected = build(scene);
    return new Template(scene, expected, directory.resolve("template"), knownByInode);
  }

  private static Scene withOneBackup(Scene scene) throws Exception {
    scene.database().create();
    scene.start();
    return scene;
  }

  private static Scene withTwoBackups(Scene scene) throws Exception {
    withOneBackup(scene).database().change("since the first backup");
    scene.start();
    return scene;
  }

  private static String withQuarantineTwice(Scene scene) throws Exception {
    scene.database().create().cutTheLongRow();
    scene.start();
    String whole = scene.content();
    scene.database().execute("INSERT INTO person VALUES (7, 'long', hex(zeroblob(1500)))");
    scene.database().cutTheLongRow();
    return whole;
  }
}
