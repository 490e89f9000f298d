package dev.sqlguard.demo.notebook;

import java.time.Instant;

/** The text a note had before one of its changes; the first revision has the number 1. */
public record Revision(int number, String title, String body, Instant replacedAt) {}
