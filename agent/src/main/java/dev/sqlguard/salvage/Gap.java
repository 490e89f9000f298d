package dev.sqlguard.salvage;

/**
 * A part of a tree that can't be reached.
 *
 * @param before the segment in front of which it is
 * @param page the page that can't be read, 0 where the pointer to it is lost
 */
record Gap(int before, KeyRange range, long page) {}
