/* A C reader under the bench's command. Arguments: files with one message each. One command a line on stdin:
     fields I     the fields of message I, "name hex" a line, then an empty line
     time I N     reads message I N times; answers the nanoseconds that this took, on the monotonic clock
     fields_open I, time_open I N   the same of messages that lie in the library's own memory when the clock begins
   One round a command, so that the rounds of several programs take turns. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MESSAGES 64

static struct {
  char *bytes;
  size_t length;
} messages[MESSAGES];

void field_bytes(const char *name, const char *bytes, size_t length) {
  printf("%s ", name);
  for (size_t i = 0; i < length; i++) printf("%02x", (unsigned char)bytes[i]);
  putchar('\n');
}

size_t length_of(const char *text) {
  return text == NULL ? 0 : strlen(text);
}

void field(const char *name, const char *text) {
  field_bytes(name, text, length_of(text));
}

void field_number(const char *name, long number) {
  char text[32];
  snprintf(text, sizeof text, "%ld", number);
  field(name, text);
}

static void fail(const char *what, const char *which) {
  fprintf(stderr, "%s %s\n", what, which);
  exit(1);
}

static void load(size_t at, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail("Cannot open", path);
  long length = ftell(file);
  rewind(file);
  char *bytes = length < 0 ? NULL : malloc((size_t)length + 1);
  if (bytes == NULL || fread(bytes, 1, (size_t)length, file) != (size_t)length) fail("Cannot read", path);
  bytes[length] = '\0';
  fclose(file);
  messages[at].bytes = bytes;
  messages[at].length = (size_t)length;
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* What a look at the clock adds to the time between two looks. */
static long long clock_cost(void) {
  long long least = 1000;
  for (int i = 0; i < 1000; i++) {
    long long start = now(), end = now();
    if (end - start < least) least = end - start;
  }
  return least;
}

/* One after the other, as a transport does, so that the library finds the memory warm that it has just freed. The clock stands still while the
   bytes are put where a transport has the kernel put them, and its own cost is taken off. */
static long long time_open(const char *bytes, size_t length, long times, size_t *sum) {
  long long spent = 0, cost = clock_cost();
  for (long i = 0; i < times; i++) {
    char *room;
    long long start = now();
    void *message = peer_open(length, &room);
    spent += now() - start - cost;
    memcpy(room, bytes, length);
    start = now();
    *sum += peer_read_open(message, length);
    spent += now() - start - cost;
  }
  return spent;
}

static int fields_open(const char *bytes, size_t length) {
  char *room;
  void *message = peer_open(length, &room);
  memcpy(room, bytes, length);
  return peer_fields_open(message, length);
}

int main(int count, char **arguments) {
  if (count - 1 > MESSAGES) fail("Too many messages for", arguments[0]);
  for (int i = 1; i < count; i++) load((size_t)(i - 1), arguments[i]);
  peer_start();
  char line[128];
  while (fgets(line, sizeof line, stdin) != NULL) {
    int which = 0;
    long times = 0;
    if (sscanf(line, "fields %d", &which) == 1 && which >= 0 && which < count - 1) {
      if (!peer_fields(messages[which].bytes, messages[which].length)) field("fault", "unreadable");
      putchar('\n');
    } else if (sscanf(line, "time %d %ld", &which, &times) == 2 && which >= 0 && which < count - 1) {
      const char *bytes = messages[which].bytes;
      size_t length = messages[which].length, sum = 0;
      long long start = now();
      for (long i = 0; i < times; i++) sum += peer_read(bytes, length);
      long long end = now();
      if (sum == 0) fail("Unreadable:", arguments[which + 1]);
      printf("%lld\n", end - start);
    } else if (peer_open != NULL && sscanf(line, "fields_open %d", &which) == 1 && which >= 0 && which < count - 1) {
      if (!fields_open(messages[which].bytes, messages[which].length)) field("fault", "unreadable");
      putchar('\n');
    } else if (peer_open != NULL && sscanf(line, "time_open %d %ld", &which, &times) == 2 && which >= 0 && which < count - 1) {
      size_t sum = 0;
      long long spent = time_open(messages[which].bytes, messages[which].length, times, &sum);
      if (sum == 0) fail("Unreadable:", arguments[which + 1]);
      printf("%lld\n", spent);
    } else {
      fail("No such command:", line);
    }
    fflush(stdout);
  }
  return 0;
}
