package dev.sqlguard.salvage;

/**
 * A page that isn't what it should be.
 *
 * @param page its number, 1 is the first
 * @param owner the table or index that it belongs to, empty where unknown
 * @param what for people: what it should be and what is wrong with it
 */
public record DamagedPage(long page, String owner, String what) {}
