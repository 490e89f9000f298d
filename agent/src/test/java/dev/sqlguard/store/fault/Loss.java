package dev.sqlguard.store.fault;

import java.util.Random;

/**
 * What of the changes that no fsync covers has reached the disk when the power goes. Changes are
 * known by their numbers, which rise in the order in which they were made.
 */
public interface Loss {
  /** Whether a change of names, of one or of two at once, has reached the disk. */
  boolean keepsName(long change);

  /**
   * How far one sector has come: the disk writes it as a whole, as it was at some moment.
   *
   * @param sector its number in the file
   * @param changes of this sector, the oldest first
   * @return how many of them have reached the disk
   */
  int reachedSector(long sector, long[] changes);

  /** The same for the size of a file, which may be on disk without the data, or lag behind it. */
  int reachedSize(long[] changes);

  /** The same for owner, mode and times of a file. */
  int reachedAttributes(long[] changes);

  /** Nothing reaches the disk but what was fsynced. */
  static Loss ofEverything() {
    return new Fixed(false, 0, 0, 0);
  }

  /** The power goes a little later. */
  static Loss ofNothing() {
    return new Fixed(true, 1, 1, 1);
  }

  /** Files have their new names, and are empty, as ext4 was known for. */
  static Loss ofData() {
    return new Fixed(true, 0, 0, 1);
  }

  /** Files have their new names and sizes, and zeros in them, as XFS was known for. */
  static Loss ofDataButSize() {
    return new Fixed(true, 0, 1, 1);
  }

  /** Everything is written, and nobody can find it. */
  static Loss ofNames() {
    return new Fixed(false, 1, 1, 1);
  }

  /** Owners, modes and times are the old ones. */
  static Loss ofAttributes() {
    return new Fixed(true, 1, 1, 0);
  }

  /** Every second sector of what is being written. */
  static Loss ofEverySecondSector() {
    return new Fixed(true, 2, 1, 1);
  }

  /** One change, and in the same sector what was built on it. */
  static Loss ofOne(long lost) {
    return new Loss() {
      @Override
      public boolean keepsName(long change) {
        return change != lost;
      }

      @Override
      public int reachedSector(long sector, long[] changes) {
        return before(lost, changes);
      }

      @Override
      public int reachedSize(long[] changes) {
        return before(lost, changes);
      }

      @Override
      public int reachedAttributes(long[] changes) {
        return before(lost, changes);
      }
    };
  }

  /** One change of a name alone reaches the disk, and all data. */
  static Loss ofNamesBut(long kept) {
    return new Fixed(false, 1, 1, 1) {
      @Override
      public boolean keepsName(long change) {
        return change == kept;
      }
    };
  }

  /**
   * A file system with a journal: names change in the order in which they were changed. Anything
   * may have become of data.
   *
   * @param last the last change of names that reached the disk
   */
  static Loss inOrder(long last, long seed) {
    return new Chance(seed) {
      @Override
      public boolean keepsName(long change) {
        return change <= last;
      }
    };
  }

  /** Any of the changes, whatever their order. */
  static Loss atRandom(long seed) {
    return new Chance(seed);
  }

  private static int before(long lost, long[] changes) {
    for (int i = 0; i < changes.length; i++) {
      if (changes[i] == lost) {
        return i;
      }
    }
    return changes.length;
  }

  /** All or nothing of each kind. */
  class Fixed implements Loss {
    private final boolean names;
    private final int everySector;
    private final int sizes;
    private final int attributes;

    /**
     * @param everySector 0 for no sector, 1 for every one, 2 for every second
     */
    private Fixed(boolean names, int everySector, int sizes, int attributes) {
      this.names = names;
      this.everySector = everySector;
      this.sizes = sizes;
      this.attributes = attributes;
    }

    @Override
    public boolean keepsName(long change) {
      return names;
    }

    @Override
    public int reachedSector(long sector, long[] changes) {
      return everySector > 0 && sector % everySector == 0 ? changes.length : 0;
    }

    @Override
    public int reachedSize(long[] changes) {
      return sizes * changes.length;
    }

    @Override
    public int reachedAttributes(long[] changes) {
      return attributes * changes.length;
    }
  }

  /**
   * Each of them by itself. How likely a change is to get lost is drawn as well: where every single
   * one is a coin toss, the loss of one among many is never seen.
   */
  class Chance implements Loss {
    private final Random random;
    private final double names;
    private final double data;

    private Chance(long seed) {
      this.random = new Random(seed);
      this.names = random.nextDouble();
      this.data = random.nextDouble();
    }

    @Override
    public boolean keepsName(long change) {
      return random.nextDouble() < names;
    }

    @Override
    public int reachedSector(long sector, long[] changes) {
      return reached(changes);
    }

    @Override
    public int reachedSize(long[] changes) {
      return reached(changes);
    }

    @Override
    public int reachedAttributes(long[] changes) {
      return reached(changes);
    }

    private int reached(long[] changes) {
      return random.nextDouble() < data ? changes.length : random.nextInt(changes.length + 1);
    }
  }
}
