package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a scenario comes to where nothing happens: all others have to come to the same. */
final class Reference {
  /** A start more makes no difference any more. */
  private static final int STARTS = 3;

  private final Template template;
  private final Picture before;
  private final Picture afterwards;
  private final Picture end;
  private final List<Call> calls = new ArrayList<>();
  private final Scene.Start first;
  private final List<String> lastLines;

  Reference(Template template) throws Exception {
    this.template = template;
    Scene scene = template.layOut();
    before = Picture.of(scene);
    first =
        scene.start(
            new WatchedSyscalls() {
              @Override
              protected void before(Call call) {
                calls.add(call);
              }
            });
    afterwards = Picture.of(scene);
    assertTrue(first.lines().size() <= 2, "" + first);
    assertEquals(template.expected(), scene.content(), "" + first);
    List<String> last = List.of();
    Picture previous = before;
    for (int i = 1; i < STARTS; i++) {
      previous = Picture.of(scene);
      last = scene.start().lines();
    }
    end = Picture.of(scene);
    lastLines = last;
    assertEquals(template.expected(), end.main());
    assertEquals(previous, end, "a start more changes nothing");
    assertEquals(Set.of(), end.strays());
    assertSlotsAreGood(end, Map.of());
  }

  Template template() {
    return template;
  }

  Picture before() {
    return before;
  }

  /** What it all comes to. */
  Picture end() {
    return end;
  }

  /** The system calls of the first start, in their order. */
  List<Call> calls() {
    return calls;
  }

  /** How many of the lines of a start to which nothing happens this one lacks. */
  long missing(Scene.Start start) {
    List<String> said = timeless(start.lines());
    return timeless(first.lines()).stream().filter(line -> !said.contains(line)).count();
  }

  /** The lines that a start to which nothing happens doesn't say. */
  List<String> more(Scene.Start start) {
    List<String> more = new ArrayList<>(start.lines());
    more.removeIf(line -> timeless(first.lines()).contains(timeless(line)));
    return more;
  }

  /**
   * Whether nobody needs to be told that anything happened: it said what it had to say, and all is
   * as if nothing had happened, but for working files that wait to be cleared away.
   */
  boolean isAsGood(Scene.Start start, Picture now) {
    return missing(start) == 0
        && start.outcome().reading() == first.outcome().reading()
        && now.hasSameFilesAs(afterwards);
  }

  private static List<String> timeless(List<String> lines) {
    return lines.stream().map(Reference::timeless).toList();
  }

  /** How long it took, how old things are, and whether young files let it be said once more. */
  private static String timeless(String line) {
    return line.replaceAll("\\d+ (ms|s old)|still (?=DAMAGED)|\\([0-9.]+ kB,", "");
  }

  /** Whether older backups have moved up for one that has not come to its place. */
  boolean isUnderWay(Picture now) {
    return now.hasBackupOf(template.expected())
        && !now.slots().containsKey("app.db.bak")
        && !before.slots().isEmpty();
  }

  /** After a start that died or failed: nothing is lost, whatever else it looks like. */
  void assertNothingIsLost(Scene scene, String what) throws Exception {
    Picture now = Picture.of(scene);
    // Between two steps of an installation the main file stands without its log: that is kept.
    boolean oldOrNew = now.main().equals(template.expected()) || now.holds(before.main());
    assertTrue(oldOrNew, what + ": the database is " + now.main() + now);
    assertSlotsAreGood(now, before.slots());
    if (now.isSealed()) {
      assertEquals(now.main(), now.slots().get("app.db.bak"), what + ": sealed" + now);
    }
    Set<String> gone = new TreeSet<>(before.goodContents());
    gone.removeIf(now::holds);
    for (String content : gone) {
      boolean mayGo = !end.holds(content) && now.hasBackupOf(template.expected());
      assertTrue(mayGo, what + ": nothing holds " + content + " any more" + now);
    }
  }

  /** The starts that follow find their way to the same end. */
  void assertComesToItsEnd(Scene scene, String what) throws Exception {
    List<String> said = scene.start().lines();
    assertNothingIsLost(scene, what);
    assertEquals(template.expected(), scene.content(), what + ", next start: " + said);
    List<String> last = List.of();
    for (int i = 2; i < STARTS; i++) {
      last = scene.start().lines();
    }
    Picture now = Picture.of(scene);
    String allowed = end.withUnemptied(now, before).toString();
    assertEquals(allowed, now.toString(), what + ", next start: " + said + last);
    said = scene.start().lines();
    assertEquals(timeless(lastLines), timeless(said), what);
    assertEquals(now.toString(), Picture.of(scene).toString(), what);
  }

  /** One that has rotted may stay where it is, for a copy to take its place; nowhere else. */
  private static void assertSlotsAreGood(Picture picture, Map<String, String> mayStay) {
    Map<String, String> slots = new TreeMap<>(picture.slots());
    slots.entrySet().removeAll(mayStay.entrySet());
    assertTrue(picture.goodContents().containsAll(slots.values()), picture.toString());
  }
}
