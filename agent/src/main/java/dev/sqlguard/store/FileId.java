package dev.sqlguard.store;

/** Device and inode: what a file is, whatever it is called. */
public record FileId(long device, long inode) {}
