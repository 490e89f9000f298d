package dev.sqlguard.demo.notebook;

import java.time.Instant;
import java.util.List;

/** A note as it is stored; {@code notebook} and {@code tags} are names. */
public record Note(
    long id,
    String notebook,
    String title,
    String body,
    List<String> tags,
    Instant createdAt,
    Instant updatedAt) {}
