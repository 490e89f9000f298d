package dev.sqlguard.entry;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.security.ProtectionDomain;
import java.util.Collections;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads classes from {@code .classdata} entries below one folder of the agent's jar. The ending
 * hides them from the application's class loaders and from class path scanners; the parent (the
 * platform loader) hides the application's classes from them.
 */
public final class IsolatedLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private static final String ENDING = ".classdata";

  private final JarFile jar;
  private final String jarUrl;
  private final String folder;

  /**
   * The classes inside are the agent's too: what a security policy grants to it counts for them.
   */
  private final ProtectionDomain domain = IsolatedLoader.class.getProtectionDomain();

  /**
   * @param jarUrl where {@code jar} lies, for the URLs of resources
   * @param folder with a slash at its end
   */
  public IsolatedLoader(JarFile jar, URL jarUrl, String folder, ClassLoader parent) {
    super(parent);
    this.jar = jar;
    this.jarUrl = jarUrl.toExternalForm();
    this.folder = folder;
  }

  /**
   * What is in the folder comes from there, without the parent being asked first: no class of the
   * platform has such a name, and each refusal would cost an exception with its stack trace.
   */
  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      JarEntry entry = entryOf(name);
      return entry == null ? super.loadClass(name, resolve) : define(name, entry);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    JarEntry entry = entryOf(name);
    if (entry == null) {
      throw new ClassNotFoundException(name);
    }
    return define(name, entry);
  }

  private JarEntry entryOf(String name) {
    return jar.getJarEntry(folder + name.replace('.', '/') + ENDING);
  }

  private Class<?> define(String name, JarEntry entry) throws ClassNotFoundException {
    try {
      byte[] bytes = read(jar.getInputStream(entry), (int) entry.getSize());
      return defineClass(name, bytes, 0, bytes.length, domain);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  @Override
  protected URL findResource(String name) {
    if (jar.getJarEntry(folder + name) == null) {
      return null;
    }
    try {
      return new URL("jar:" + jarUrl + "!/" + folder + name);
    } catch (MalformedURLException e) {
      return null;
    }
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    URL url = findResource(name);
    return url == null
        ? Collections.<URL>emptyEnumeration()
        : Collections.enumeration(Collections.singleton(url));
  }

  /** Reads from the open jar: the JDK's URL cache would keep a second one open. */
  @Override
  public InputStream getResourceAsStream(String name) {
    JarEntry entry = jar.getJarEntry(folder + name);
    if (entry == null) {
      return getParent() == null ? null : getParent().getResourceAsStream(name);
    }
    try {
      return jar.getInputStream(entry);
    } catch (IOException e) {
      return null;
    }
  }

  private static byte[] read(InputStream in, int size) throws IOException {
    try {
      byte[] bytes = new byte[size];
      int done = 0;
      while (done < size) {
        int n = in.read(bytes, done, size - done);
        if (n < 0) {
          throw new EOFException();
        }
        done += n;
      }
      return bytes;
    } finally {
      in.close();
    }
  }
}
