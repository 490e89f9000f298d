package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;

/**
 * What stat(2) says of a file. Taking it opens nothing, so it never releases a lock.
 *
 * @param size in bytes
 * @param mode the permission bits, or -1 where the platform has none
 * @param created when the inode came to be; where that isn't known, the same as {@code modified}
 * @param links the number of names of the file
 */
public record FileStat(
    FileId id,
    boolean regular,
    long size,
    FileTime modified,
    FileTime changed,
    FileTime created,
    int mode,
    int links,
    int owner,
    int group) {

  /** Not {@code *}: that would look the names of owner and group up, on some networks far away. */
  private static final String ATTRIBUTES =
      "unix:dev,ino,isRegularFile,size,lastModifiedTime,ctime,creationTime,mode,nlink,uid,gid";

  private static final int PERMISSION_BITS = 07777;
  private static final int OWNER_ONLY = 0600;
  private static final int OWNER = 07700;

  /** Of what the path leads to, through symbolic links; empty where nothing is there. */
  public static Optional<FileStat> of(Path path) throws IOException {
    return read(path);
  }

  /** Of the directory entry itself, which may be a symbolic link. */
  public static Optional<FileStat> ofEntry(Path path) throws IOException {
    return read(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** A model for new files that are the business of {@code directory}'s owner alone. */
  public static FileStat privateTo(Path directory) throws IOException {
    FileStat of = of(directory).orElseThrow(() -> new NoSuchFileException(directory.toString()));
    int mode = of.mode < 0 ? -1 : OWNER_ONLY;
    return new FileStat(
        of.id, false, 0, of.modified, of.changed, of.created, mode, of.links, of.owner, of.group);
  }

  /** The same with other permissions. */
  FileStat withMode(int other) {
    return new FileStat(id, regular, size, modified, changed, created, other, links, owner, group);
  }

  /**
   * The same without the permissions for group and others that a state file doesn't have: see
   * {@link AccessLists}.
   */
  public FileStat sharedAs(FileStat state) {
    return mode < 0 ? this : withMode(mode & (state.mode | OWNER));
  }

  /** Whether size and both times are those of {@code other}, and it is the same file. */
  public boolean isUnchangedFrom(FileStat other) {
    return id.equals(other.id)
        && size == other.size
        && modified.equals(other.modified)
        && changed.equals(other.changed);
  }

  private static Optional<FileStat> read(Path path, LinkOption... options) throws IOException {
    try {
      return Optional.of(Platform.HAS_UNIX_ATTRIBUTES ? unix(path, options) : basic(path, options));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      // ENOTDIR: a parent is a file, so there is nothing at this path.
      if (e.getReason() != null && e.getReason().contains("Not a directory")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static FileStat unix(Path path, LinkOption... options) throws IOException {
    Map<String, Object> a = Files.readAttributes(path, ATTRIBUTES, options);
    return new FileStat(
        new FileId((Long) a.get("dev"), (Long) a.get("ino")),
        (Boolean) a.get("isRegularFile"),
        (Long) a.get("size"),
        (FileTime) a.get("lastModifiedTime"),
        (FileTime) a.get("ctime"),
        (FileTime) a.get("creationTime"),
        (Integer) a.get("mode") & PERMISSION_BITS,
        (Integer) a.get("nlink"),
        (Integer) a.get("uid"),
        (Integer) a.get("gid"));
  }

  private static FileStat basic(Path path, LinkOption... options) throws IOException {
    BasicFileAttributes a = Files.readAttributes(path, BasicFileAttributes.class, options);
    FileId id = new FileId(0, path.toAbsolutePath().normalize().hashCode());
    return new FileStat(
        id,
        a.isRegularFile(),
        a.size(),
        a.lastModifiedTime(),
        a.lastModifiedTime(),
        a.lastModifiedTime(),
        -1,
        1,
        -1,
        -1);
  }
}
