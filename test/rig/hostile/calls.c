/* Tries what leads out of a sandbox, or takes the machine's means, and prints a line about each. */
#include <errno.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *name, long result) {
  printf("%s: %s\n", name, result >= 0 ? "done" : strerrorname_np(errno));
}

static void read_key(const char *name) {
  char text[200] = {0};
  long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", name, 0);
  if (key > 0) syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof text - 1);
  printf("key: %s\n", key > 0 ? text : strerrorname_np(errno));
}

/* Whatever is open but the three streams. */
static void tell_open(void) {
  char name[200];
  for (int fd = 3; fd < 1024; fd += 1) {
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(path, name, sizeof name - 1);
    if (length < 0) continue;
    name[length] = 0;
    printf("descriptor %d: %s\n", fd, name);
  }
}

static long in_child(long (*call)(void)) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) _exit(call() >= 0 ? 0 : errno);
  waitpid(child, &status, 0);
  errno = WEXITSTATUS(status);
  return WIFEXITED(status) && errno == 0 ? 0 : -1;
}

static long own_users(void) { return unshare(CLONE_NEWUSER); }
static long cloned_users(void) {
  pid_t child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  return child;
}

/* How much room a directory in memory has: it is written until it is full, and emptied. */
static void fill(const char *path) {
  static char block[1 << 20];
  long blocks = 0;
  FILE *file = fopen(path, "w");
  while (file != NULL && blocks < 400 && fwrite(block, sizeof block, 1, file) == 1 && fflush(file) == 0) blocks += 1;
  remove(path);
  printf("%s: %s\n", path, blocks < 400 ? "bounded" : "UNBOUNDED");
}

int main(int count, char **words) {
  char name[200];
  if (count == 4 && strcmp(words[1], "with-key") == 0) {
    /* A session of its own, with a key, for the program that follows. */
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    if (syscall(SYS_add_key, "user", "canary", words[2], strlen(words[2]), KEY_SPEC_SESSION_KEYRING) < 0) return 3;
    return system(words[3]) == 0 ? 0 : 4;
  }
  tell_open();
  read_key("canary");
  tell("add_key", syscall(SYS_add_key, "user", "mine", "x", 1, KEY_SPEC_PROCESS_KEYRING));
  tell("bpf", syscall(SYS_bpf, 0, NULL, 0));
  tell("userfaultfd", syscall(SYS_userfaultfd, 1));
  tell("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
  tell("clone3", syscall(SYS_clone3, NULL, 0));
  tell("unshare", in_child(own_users));
  tell("clone", in_child(cloned_users));
  tell("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
  tell("alg", socket(AF_ALG, SOCK_SEQPACKET, 0));
  tell("unix", socket(AF_UNIX, SOCK_STREAM, 0));
  tell("inet", socket(AF_INET, SOCK_STREAM, 0));
  fill("/tmp/full");
  fill("/dev/shm/full");
  FILE *device = fopen("/dev/planted", "w");
  printf("/dev: %s\n", device == NULL ? "closed" : "OPEN");
  /* More than half of the machine's memory. */
  size_t all = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
  tell("memory", mmap(NULL, all, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED ? -1 : 0);
  FILE *badness = fopen("/proc/self/oom_score_adj", "r");
  if (badness != NULL && fgets(name, sizeof name, badness) != NULL) printf("oom: %s", name);
  fflush(stdout);
  /* The first process of a sandbox takes its children with it; outside they would stay. */
  if (getpid() != 1) return 0;
  long children = 0;
  while (children < 20000) {
    pid_t child = fork();
    if (child < 0) break;
    if (child == 0) { pause(); _exit(0); }
    children += 1;
  }
  printf("processes: %s\n", children <= 4096 ? "bounded" : "UNBOUNDED");
  fflush(stdout);
  return 0;
}
