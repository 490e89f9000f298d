package dev.sqlguard.store;

/** Device and inode: what a file is, whatever it is called. */
public record FileId(long device, long inode) {
  /** Written out: what the compiler generates for a record costs 20 ms at its first use. */
  @Override
  public boolean equals(Object other) {
    return other instanceof FileId id && id.device == device && id.inode == inode;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(device) * 31 + Long.hashCode(inode);
  }
}
