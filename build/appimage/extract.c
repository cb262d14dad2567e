/* The way without a mount: everything is unpacked into a folder. */
#define _GNU_SOURCE
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <squashfuse/squashfuse.h>

/** Bytes that are unpacked in one go; some blocks of the file system, so that none is unpacked twice. */
#define COPY_BYTES (1 << 20)
/** Open folders while a tree is removed. */
#define WALK_FDS 32

static int complain(const char *what, const char *path) {
  fprintf(stderr, "AppImage: cannot %s %s: %s\n", what, path, strerror(errno));
  return -1;
}

static int write_all(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t written = write(fd, data, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    data += written;
    length -= (size_t)written;
  }
  return 0;
}

static int extract_file(sqfs *fs, sqfs_inode *inode, const char *path) {
  static char buffer[COPY_BYTES];
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, inode->base.mode & 0777);
  if (fd < 0) return complain("write", path);
  sqfs_off_t at = 0;
  const sqfs_off_t size = (sqfs_off_t)inode->xtra.reg.file_size;
  while (at < size) {
    sqfs_off_t length = sizeof buffer;
    if (sqfs_read_range(fs, inode, at, &length, buffer) != SQFS_OK || length <= 0) {
      errno = EIO;
      break;
    }
    if (write_all(fd, buffer, (size_t)length) < 0) break;
    at += length;
  }
  if (at < size) complain("write", path);
  if (close(fd) < 0) return complain("write", path);
  return at < size ? -1 : 0;
}

static int extract_link(sqfs *fs, sqfs_inode *inode, const char *path) {
  char target[PATH_BYTES];
  size_t length = sizeof target;
  if (sqfs_readlink(fs, inode, target, &length) != SQFS_OK) errno = EIO;
  else if (symlink(target, path) == 0) return 0;
  return complain("link", path);
}

static int extract_entry(sqfs *fs, sqfs_traverse *walk, const char *path) {
  sqfs_inode inode;
  if (sqfs_inode_get(fs, &inode, walk->entry.inode) != SQFS_OK) {
    errno = EIO;
    return complain("read", walk->path);
  }
  const mode_t mode = (mode_t)inode.base.mode;
  if (S_ISDIR(mode)) return mkdir(path, (mode & 0777) | S_IRWXU) < 0 && errno != EEXIST ? complain("make", path) : 0;
  if (S_ISLNK(mode)) return extract_link(fs, &inode, path);
  /* Devices and the like have no place in an application. */
  return S_ISREG(mode) ? extract_file(fs, &inode, path) : 0;
}

/** Makes the folders above `path` below the first `base` characters of it. */
static int make_parents(char *path, size_t base) {
  for (char *at = strchr(path + base + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
    *at = '\0';
    const int failed = mkdir(path, 0755) < 0 && errno != EEXIST;
    *at = '/';
    if (failed) return complain("make a folder for", path);
  }
  return 0;
}

int extract_image(const char *image, off_t offset, const char *folder, const char *pattern) {
  sqfs fs;
  sqfs_traverse walk;
  const int fd = open(image, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return complain("open", image);
  errno = EIO;
  if (sqfs_init(&fs, fd, (size_t)offset) != SQFS_OK || sqfs_traverse_open(&walk, &fs, sqfs_inode_root(&fs)) != SQFS_OK)
    return complain("read", image);
  int result = 0;
  sqfs_err error = SQFS_OK;
  while (result == 0 && sqfs_traverse_next(&walk, &error)) {
    if (walk.dir_end || walk.path[0] == '\0') continue;
    /* With a leading folder: the pattern of a folder takes what is in it. */
    if (pattern != NULL && fnmatch(pattern, walk.path, FNM_LEADING_DIR) != 0) continue;
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", folder, walk.path) >= (int)sizeof path) {
      errno = ENAMETOOLONG;
      result = complain("write", walk.path);
    } else if (pattern != NULL && make_parents(path, strlen(folder)) < 0) result = -1;
    else result = extract_entry(&fs, &walk, path);
  }
  if (result == 0 && error != SQFS_OK) {
    errno = EIO;
    result = complain("read", image);
  }
  sqfs_traverse_close(&walk);
  sqfs_destroy(&fs);
  close(fd);
  return result;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place) {
  (void)info, (void)type, (void)place;
  remove(path);
  return 0;
}

void remove_tree(const char *folder) { nftw(folder, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS); }
