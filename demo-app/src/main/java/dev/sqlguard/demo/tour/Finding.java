package dev.sqlguard.demo.tour;

/** A promise, what was seen instead or indeed, and whether that keeps the promise. */
record Finding(String chapter, String promised, String seen, boolean held) {

  String verdict() {
    return held ? "OK" : "FAILED";
  }
}
