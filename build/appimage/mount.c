/* The usual way: the file system inside the image is mounted by FUSE for as long as it is used. */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 32
#include "runtime.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <squashfuse/ll.h>

/** How often is looked whether programs from the mount still run, once the app itself has ended; µs. */
#define LOOK_US 500000

static const struct fuse_lowlevel_ops operations = {
    .lookup = sqfs_ll_op_lookup,
    .forget = sqfs_ll_op_forget,
    .getattr = sqfs_ll_op_getattr,
    .readlink = sqfs_ll_op_readlink,
    .open = sqfs_ll_op_open,
    .read = sqfs_ll_op_read,
    .release = sqfs_ll_op_release,
    .opendir = sqfs_ll_op_opendir,
    .readdir = sqfs_ll_op_readdir,
    .releasedir = sqfs_ll_op_releasedir,
    .listxattr = sqfs_ll_op_listxattr,
    .getxattr = sqfs_ll_op_getxattr,
    .statfs = stfs_ll_op_statfs,
};

static int link_is_below(int process, const char *name, const char *folder) {
  char target[PATH_BYTES];
  const ssize_t length = readlinkat(process, name, target, sizeof target - 1);
  if (length < 0) return 0;
  target[length] = '\0';
  const size_t prefix = strlen(folder);
  return strncmp(target, folder, prefix) == 0 && (target[prefix] == '/' || target[prefix] == '\0');
}

int is_in_use(const char *folder) {
  DIR *all = opendir("/proc");
  if (all == NULL) return 0;
  int used = 0;
  for (struct dirent *entry = readdir(all); entry != NULL && !used; entry = readdir(all)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const int process = openat(dirfd(all), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (process < 0) continue;
    used = link_is_below(process, "exe", folder) || link_is_below(process, "cwd", folder);
    close(process);
  }
  closedir(all);
  return used;
}

struct watch {
  const char *folder;
  int alive;
};

/** A user's mount is taken away by the program that made it; root needs none. True when nothing is mounted any more. */
static int unmount(const char *folder) {
  if (umount2(folder, UMOUNT_NOFOLLOW) == 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDERR_FILENO);
    execlp("fusermount3", "fusermount3", "-u", "--", folder, (char *)NULL);
    _exit(127);
  }
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void *unmount_when_unused(void *argument) {
  const struct watch *watch = argument;
  char byte;
  /* Nobody writes: the pipe ends when the last of those who hold it has ended. */
  while (read(watch->alive, &byte, 1) > 0) continue;
  /* What the app left running on purpose needs its files. A file that is open keeps the mount busy, too. */
  while (is_in_use(watch->folder) || !unmount(watch->folder)) usleep(LOOK_US);
  return NULL;
}

static void serve(const char *image, off_t offset, const char *folder, int alive, int ready) {
  setsid();
  for (int number = 1; number < NSIG; number++) {
    if (number != SIGCHLD && number != SIGKILL && number != SIGSTOP) signal(number, number == SIGSEGV ? SIG_DFL : SIG_IGN);
  }
  sqfs_ll *files = sqfs_ll_open(image, (size_t)offset);
  if (files == NULL) _exit(1);
  char *words[] = {"appimage", "-o", "ro,nodev,nosuid,subtype=appimage"};
  struct fuse_args args = FUSE_ARGS_INIT(3, words);
  struct fuse_session *session = fuse_session_new(&args, &operations, sizeof operations, files);
  if (session == NULL || fuse_session_mount(session, folder) != 0) _exit(1);
  struct watch watch = {folder, alive};
  pthread_t watcher;
  if (pthread_create(&watcher, NULL, unmount_when_unused, &watch) != 0) {
    fuse_session_unmount(session);
    _exit(1);
  }
  if (write(ready, "y", 1) != 1) _exit(1);
  close(ready);
  /* Nobody must wait for the end of this process at a pipe or a terminal of the app. */
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) dup2(nowhere, fd);
  fuse_session_loop(session);
  rmdir(folder);
  _exit(0);
}

int mount_image(const char *image, off_t offset, const char *folder, int alive, int held, pid_t *server) {
  int ready[2];
  if (access("/dev/fuse", R_OK | W_OK) != 0 || pipe2(ready, O_CLOEXEC) != 0) return -1;
  *server = fork();
  if (*server == 0) {
    close(held);
    close(ready[0]);
    /* Not on the screen: where a mount is not possible there is another way. */
    const int saved = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (getenv("APPIMAGE_DEBUG") == NULL) dup2(nowhere, STDERR_FILENO);
    close(saved);
    serve(image, offset, folder, alive, ready[1]);
  }
  close(ready[1]);
  char byte;
  const int mounted = *server > 0 && read(ready[0], &byte, 1) == 1;
  close(ready[0]);
  if (!mounted && *server > 0) waitpid(*server, NULL, 0);
  return mounted ? 0 : -1;
}
