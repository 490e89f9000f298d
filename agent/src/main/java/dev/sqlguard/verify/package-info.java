/** The verdict on a database image: healthy, damaged, or not ours to tell. */
package dev.sqlguard.verify;
