#ifndef RUNTIME_H
#define RUNTIME_H

#include <sys/types.h>

/** Longest path that is handled; longer ones are an error, never cut. */
#define PATH_BYTES 4096

/**
 * Unpacks the file system at `offset` of `image` below `folder`, which has to exist. With a pattern (as for fnmatch) only
 * what matches. Returns 0, or -1 after it has said what is wrong.
 */
int extract_image(const char *image, off_t offset, const char *folder, const char *pattern);

/** Removes a folder with all that is in it. */
void remove_tree(const char *folder);

/**
 * Mounts the file system at `offset` of `image` on `folder`, and returns once it is there: 0, or -1 when it cannot be
 * mounted here, of which nothing is left. A process of its own serves it for as long as `alive`, the reading end of a pipe
 * whose writing end the users of the mount hold, or any program inside the mount lasts; it then removes the folder. It is
 * a child of the caller, whose pid is stored in `server`.
 */
int mount_image(const char *image, off_t offset, const char *folder, int alive, int held, pid_t *server);

/** Whether a process runs a program, or works in a folder, below `folder`. */
int is_in_use(const char *folder);

#endif
