/* Shifts the clock of a server by what stands in a file: 8 bytes, microseconds, mapped once. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static const volatile int64_t *shift(void) {
  static const int64_t none = 0;
  static const volatile int64_t *mapped = NULL;
  if (mapped == NULL) {
    const char *path = getenv("CLOCK_SHIFT");
    int fd = path == NULL ? -1 : open(path, O_RDONLY);
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    mapped = at == MAP_FAILED ? &none : at;
  }
  return mapped;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz) {
  static int (*real)(struct timeval *, void *);
  if (real == NULL) real = dlsym(RTLD_NEXT, "gettimeofday");
  int ended = real(tv, tz);
  int64_t at = (int64_t)tv->tv_sec * 1000000 + tv->tv_usec + *shift();
  tv->tv_sec = at / 1000000;
  tv->tv_usec = at % 1000000;
  return ended;
}

time_t time(time_t *t) {
  struct timeval tv;
  gettimeofday(&tv, NULL);
  if (t != NULL) *t = tv.tv_sec;
  return tv.tv_sec;
}
