package dev.sqlguard.demo.notebook;

/** A notebook and how many notes are in it. */
public record NotebookSummary(long id, String name, long notes) {}
