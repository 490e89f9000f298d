package dev.sqlguard.schema;

/** A column as it is declared. */
final class Column {
  final String name;

  /** As it stands in the statement; empty where there is none. */
  String type = "";

  /** In lower case. */
  String collation = "binary";

  boolean generated;
  boolean stored;
  boolean hasDefault;

  /** Null where it isn't known, or where there is none. */
  Literal defaultValue;

  Column(String name) {
    this.name = name;
  }

  boolean isVirtual() {
    return generated && !stored;
  }

  /** Whether the type is this one, given in lower case. */
  boolean isOfType(String lowerCase) {
    return SqlText.lowerCase(type).equals(lowerCase);
  }
}
