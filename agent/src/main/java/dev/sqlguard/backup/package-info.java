/** Private copies, rotating backups, and which of the files beside a database are ours. */
package dev.sqlguard.backup;
