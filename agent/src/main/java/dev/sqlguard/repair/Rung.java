package dev.sqlguard.repair;

import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** One way to get a good database out of a damaged one. */
public interface Rung {
  /**
   * @param passedOver gets a line for people about everything that could have served but mustn't
   * @return empty where this way leads to nothing that is at least as rich as what can be read
   */
  Optional<Candidate> attempt(Damaged damage, List<String> passedOver) throws IOException;
}
