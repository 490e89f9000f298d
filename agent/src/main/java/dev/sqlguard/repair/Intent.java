package dev.sqlguard.repair;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateLine;

/**
 * An installation under way, as the state file remembers it: enough to finish it after a crash, or
 * to see that somebody else changed the files since.
 *
 * @param phase how far it had come
 * @param mainInode the damaged file
 * @param candidateInode the file that is to take its place
 * @param evidence the name that the damaged file gets
 * @param onlyCarrier whether it may hold rows that nothing else holds
 */
record Intent(
    Phase phase,
    long mainInode,
    long mainSize,
    long mainModified,
    long candidateInode,
    String evidence,
    boolean onlyCarrier) {

  static final String KIND = "intent";

  enum Phase {
    /** The evidence may be incomplete; the live files are untouched. */
    EVIDENCE,
    /** The evidence is complete and on disk; side files may be gone, the candidate may be in. */
    SWAP
  }

  static Intent begin(FileStat main, FileStat candidate, String evidence, boolean onlyCarrier) {
    return new Intent(
        Phase.EVIDENCE,
        main.id().inode(),
        main.size(),
        main.modified().toMillis(),
        candidate.id().inode(),
        evidence,
        onlyCarrier);
  }

  Intent inPhase(Phase next) {
    return new Intent(
        next, mainInode, mainSize, mainModified, candidateInode, evidence, onlyCarrier);
  }

  boolean isAbout(FileStat main) {
    return mainInode == main.id().inode()
        && mainSize == main.size()
        && mainModified == main.modified().toMillis();
  }

  StateLine toLine() {
    return StateLine.of(
        KIND,
        "phase",
        phase,
        "inode",
        mainInode,
        "size",
        mainSize,
        "modified",
        mainModified,
        "candidate",
        candidateInode,
        "evidence",
        evidence,
        "only-carrier",
        onlyCarrier);
  }

  static Intent fromLine(StateLine line) {
    return new Intent(
        line.text("phase").equals(Phase.SWAP.name()) ? Phase.SWAP : Phase.EVIDENCE,
        line.number("inode"),
        line.number("size"),
        line.number("modified"),
        line.number("candidate"),
        line.text("evidence"),
        Boolean.parseBoolean(line.text("only-carrier")));
  }
}
