package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.AfterPowerLoss;
import dev.sqlguard.store.fault.DurableDisk;
import dev.sqlguard.store.fault.DurableDisk.Remnant;
import dev.sqlguard.store.fault.Loss;
import dev.sqlguard.store.fault.Losses;
import dev.sqlguard.store.fault.Recording;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power goes at every moment of a guarded start, and of what wasn't fsynced by then anything
 * may be lost: see {@link DurableDisk}. The starts that follow have to find every row, every good
 * copy, and nothing left lying about. Without {@code -Pfull} it is a few losses of each sort.
 */
class LostWritesTest {
  private static final int FEW = Sample.FULL ? Integer.MAX_VALUE : 1;
  private static final int SEEDS = Sample.FULL ? 8 : 1;
  private static final int WRITES = Sample.FULL ? 8 : 2;
  private static final int KILLS = Sample.FULL ? 20 : 1;
  private static final int LOSSES_AFTER_A_KILL = Sample.FULL ? 20 : 1;

  /** Some need a start more: one repairs, the next makes the backup. */
  private static final int MOST_STARTS = 3;

  private static final Map<String, int[]> COUNTS = new LinkedHashMap<>();

  @TempDir Path directory;

  /** One way in which the power may go. */
  private record Blackout(int step, String loss, Loss what) {}

  @AfterAll
  static void publish() throws IOException {
    int all = COUNTS.values().stream().mapToInt(count -> count[1]).sum();
    String text =
        all
            + " losses of power in "
            + COUNTS.size()
            + " scenarios ("
            + Sample.description()
            + ")\n"
            + "moments/states: "
            + COUNTS.entrySet().stream()
                .map(
                    count -> count.getKey() + " " + count.getValue()[0] + "/" + count.getValue()[1])
                .collect(Collectors.joining(", "))
            + "\n";
    System.out.print(text);
    Path file = Path.of("target", "faults", "lost-writes.txt");
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertTrue(all > COUNTS.size(), text);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLost(Scenario scenario) throws Exception {
    Reference reference = new Reference(scenario.template(directory));
    Random random = Sample.random(scenario);
    Scene scene = reference.template().layOut();
    Recording recording = recording(scene);
    scene.start(recording);
    List<Blackout> chosen = new ArrayList<>();
    List<List<Blackout>> sorts = blackouts(recording, 0);
    sorts.forEach(sort -> chosen.addAll(few(sort, FEW, random)));
    experience(chosen, recording, reference, scenario.name());
    afterAKill(scenario, reference, random);
  }

  /** The guard is killed, and started again, before the power goes. */
  private static void afterAKill(Scenario scenario, Reference reference, Random random)
      throws Exception {
    List<Integer> kills = new ArrayList<>();
    for (int k = 1; k < reference.calls().size(); k++) {
      kills.add(k);
    }
    for (int kill : few(kills, KILLS, random)) {
      Scene scene = reference.template().layOut();
      Recording recording = recording(scene);
      int[] calls = new int[1];
      recording.dyingBefore(call -> calls[0]++ == kill);
      try {
        scene.start(recording);
      } catch (StoppingSyscalls.Stopped e) {
        recording.revive();
      }
      int before = recording.steps().size();
      scene.start(recording);
      List<Blackout> all = new ArrayList<>();
      blackouts(recording, before).forEach(all::addAll);
      List<Blackout> chosen = few(all, LOSSES_AFTER_A_KILL, random);
      experience(chosen, recording, reference, scenario + " killed before " + kill);
    }
  }

  private static <T> List<T> few(List<T> all, int most, Random random) {
    List<T> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, Math.min(most, shuffled.size()));
  }

  private static Recording recording(Scene scene) throws IOException {
    return new Recording(scene.directories(), path -> path.toString().contains(".sqlguard-"));
  }

  /** By sorts: of whole kinds, of names (twice, as most depends on them), of writes, at random. */
  private static List<List<Blackout>> blackouts(Recording recording, int first) throws Exception {
    List<List<Blackout>> sorts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sorts.add(new ArrayList<>());
    }
    recording.replay(
        (step, disk) -> {
          if (step >= first) {
            add(Losses.ofWholeKinds(), step, sorts.get(0));
            add(Losses.ofNames(disk), step, sorts.get(1 + step % 2));
            add(Losses.ofWrites(disk, WRITES), step, sorts.get(3));
            add(Losses.atRandom(step * 1000L, SEEDS), step, sorts.get(4));
          }
        });
    return sorts;
  }

  private static void add(Map<String, Loss> losses, int step, List<Blackout> to) {
    losses.forEach((name, loss) -> to.add(new Blackout(step, name, loss)));
  }

  private static void experience(
      List<Blackout> chosen, Recording recording, Reference reference, String where)
      throws Exception {
    List<Recording.Step> steps = recording.steps();
    Set<List<Object>> seen = new HashSet<>();
    int[] count = COUNTS.computeIfAbsent(where.split(" ")[0], name -> new int[2]);
    recording.replay(
        (step, disk) -> {
          boolean any = false;
          for (Blackout blackout : chosen) {
            if (blackout.step() == step) {
              SortedMap<Path, Remnant> left = disk.after(blackout.what());
              if (seen.add(fingerprint(left))) {
                String last = step == 0 ? "the beginning" : steps.get(step - 1).text();
                String what = where + ", power lost after " + step + ": " + last;
                experience(left, reference, what + ", " + blackout.loss());
                count[1]++;
                any = true;
              }
            }
          }
          count[0] += any ? 1 : 0;
        });
  }

  private static List<Object> fingerprint(SortedMap<Path, Remnant> left) {
    List<Object> print = new ArrayList<>();
    left.forEach(
        (path, file) ->
            print.add(
                List.of(path, file.inode(), Arrays.hashCode(file.content()), file.attributes())));
    return print;
  }

  private static void experience(SortedMap<Path, Remnant> left, Reference reference, String what)
      throws Exception {
    Scene scene = reference.template().scene();
    AfterPowerLoss.make(scene.directories(), left);
    reference.assertNothingIsLost(scene, what);
    List<String> said = new ArrayList<>();
    Picture now = null;
    for (int start = 1; start <= MOST_STARTS && !reference.end().equals(now); start++) {
      said.addAll(scene.start().lines());
      now = Picture.of(scene);
      assertEquals(reference.template().expected(), now.main(), what + ", then " + said);
    }
    assertEquals(reference.end().toString(), now.toString(), what + ", then " + said);
  }
}
