/*
 * Runtime of our AppImage, type 2: this program with a file system behind it. It mounts the file system, or unpacks it
 * where nothing can be mounted, and runs AppRun in it. Statically linked: it needs nothing of the machine but the kernel.
 */
#define _GNU_SOURCE
#include "runtime.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/** How often is looked whether programs from the unpacked folder still run, once the app itself has ended; µs. */
#define LOOK_US 500000

static const char help[] =
    "Options of this AppImage; everything else goes to the app in it:\n"
    "  --appimage-extract [PATTERN]   unpack into squashfs-root and end\n"
    "  --appimage-extract-and-run     unpack, run, and remove (also: APPIMAGE_EXTRACT_AND_RUN=1)\n"
    "  --appimage-mount               mount, say where, and wait for Ctrl-C\n"
    "  --appimage-offset              say where the file system begins, in bytes\n"
    "  --appimage-version             say which runtime this is\n"
    "  --appimage-help                say this\n";

static pid_t running;

static void pass_on(int number) {
  if (running > 0) kill(running, number);
}

static int fail(const char *what) {
  fprintf(stderr, "AppImage: %s: %s\n", what, strerror(errno));
  return 127;
}

/** The file system stands behind the last part of this program, its section headers. */
static off_t end_of_program(const char *image) {
  Elf64_Ehdr header;
  const int fd = open(image, O_RDONLY | O_CLOEXEC);
  const ssize_t length = fd < 0 ? -1 : read(fd, &header, sizeof header);
  if (fd >= 0) close(fd);
  if (length != (ssize_t)sizeof header) return -1;
  return (off_t)(header.e_shoff + (Elf64_Off)header.e_shentsize * header.e_shnum);
}

static int make_folder(char *folder, size_t size, const char *prefix) {
  const char *where = getenv("TMPDIR");
  if (where == NULL || where[0] != '/') where = "/tmp";
  if (snprintf(folder, size, "%s/%s-XXXXXX", where, prefix) >= (int)size) {
    errno = ENAMETOOLONG;
    return -1;
  }
  return mkdtemp(folder) == NULL ? -1 : 0;
}

/** What programs in an AppImage expect to find in their environment. */
static void tell(const char *image, const char *folder, const char *name) {
  char cwd[PATH_BYTES];
  setenv("APPIMAGE", image, 1);
  setenv("APPDIR", folder, 1);
  setenv("ARGV0", name, 1);
  if (getcwd(cwd, sizeof cwd) != NULL) setenv("OWD", cwd, 1);
}

static int run_app(const char *folder, char **words) {
  char program[PATH_BYTES + 8];
  snprintf(program, sizeof program, "%s/AppRun", folder);
  words[0] = program;
  execv(program, words);
  return fail(program);
}

static int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/** Removes the unpacked folder once nothing runs from it, without keeping whoever started the app waiting for that. */
static void remove_later(const char *folder) {
  if (is_in_use(folder)) {
    if (fork() != 0) return;
    setsid();
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) dup2(nowhere, fd);
    if (chdir("/") != 0) _exit(1);
    while (is_in_use(folder)) usleep(LOOK_US);
  }
  remove_tree(folder);
}

static int extract_and_run(const char *image, off_t offset, char **words) {
  char folder[PATH_BYTES];
  if (make_folder(folder, sizeof folder, "appimage") < 0) return fail("no folder to unpack into");
  if (extract_image(image, offset, folder, NULL) < 0) {
    remove_tree(folder);
    return 127;
  }
  tell(image, folder, words[0]);
  for (const int *number = (const int[]){SIGTERM, SIGINT, SIGHUP, 0}; *number != 0; number++) signal(*number, pass_on);
  running = fork();
  if (running == 0) _exit(run_app(folder, words));
  const int code = running < 0 ? fail("the app cannot be started") : wait_for(running);
  remove_later(folder);
  return code;
}

static int mount_and_wait(const char *folder, int held, pid_t server) {
  printf("%s\n", folder);
  fflush(stdout);
  sigset_t ends;
  sigemptyset(&ends);
  for (const int *number = (const int[]){SIGTERM, SIGINT, SIGHUP, 0}; *number != 0; number++) sigaddset(&ends, *number);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  int number;
  sigwait(&ends, &number);
  close(held);
  return wait_for(server);
}

int main(int count, char **words) {
  char image[PATH_BYTES], folder[PATH_BYTES];
  const ssize_t length = readlink("/proc/self/exe", image, sizeof image - 1);
  if (length < 0) return fail("/proc/self/exe");
  image[length] = '\0';
  const off_t offset = end_of_program(image);
  if (offset < 0) return fail(image);

  const char *option = count > 1 && strncmp(words[1], "--appimage-", 11) == 0 ? words[1] + 11 : "";
  if (strcmp(option, "help") == 0) return fputs(help, stdout) < 0;
  if (strcmp(option, "version") == 0) return puts("Micro Desktop AppImage runtime, type 2") < 0;
  if (strcmp(option, "offset") == 0) return printf("%lld\n", (long long)offset) < 0;
  if (strcmp(option, "extract") == 0) {
    if (mkdir("squashfs-root", 0755) < 0) return fail("squashfs-root");
    return extract_image(image, offset, "squashfs-root", count > 2 ? words[2] : NULL) < 0 ? 1 : 0;
  }
  const char *asked = getenv("APPIMAGE_EXTRACT_AND_RUN");
  const int only_mount = strcmp(option, "mount") == 0;
  if (strcmp(option, "extract-and-run") == 0) {
    words[1] = words[0];
    return extract_and_run(image, offset, words + 1);
  }
  if (option[0] != '\0' && !only_mount) {
    fprintf(stderr, "AppImage: there is no option %s\n%s", words[1], help);
    return 2;
  }
  if (!only_mount && asked != NULL && asked[0] != '\0' && strcmp(asked, "0") != 0) return extract_and_run(image, offset, words);

  int alive[2];
  pid_t server;
  /* The app and what it starts hold the writing end, without knowing. */
  if (pipe2(alive, 0) < 0 || make_folder(folder, sizeof folder, ".mount") < 0) return fail("no folder to mount on");
  if (mount_image(image, offset, folder, alive[0], alive[1], &server) < 0) {
    rmdir(folder);
    close(alive[0]);
    close(alive[1]);
    if (only_mount) return fprintf(stderr, "AppImage: nothing can be mounted here; try --appimage-extract\n"), 1;
    return extract_and_run(image, offset, words);
  }
  close(alive[0]);
  if (only_mount) return mount_and_wait(folder, alive[1], server);
  tell(image, folder, words[0]);
  return run_app(folder, words);
}
