package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The app with a directory of its own.
 *
 * @param directory where its database lives
 * @param program the arguments of {@code java} that name the program, and the agent if there is one
 */
record Installation(Path directory, List<String> program) {

  DatabaseFiles files() {
    return new DatabaseFiles(directory.resolve("notebook.db"));
  }

  /** Starts the app and waits until it answers. */
  AppProcess start(Narrator narrator) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(program);
    command.addAll(List.of("serve", "--db", files().database().toString(), "--port", "0"));
    return AppProcess.start(command, narrator);
  }
}
