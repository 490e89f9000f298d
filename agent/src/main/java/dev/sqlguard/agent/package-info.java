/** How the guard gets into a JVM: options, weaving, the injected bridge, the exit hook. */
package dev.sqlguard.agent;
