/* What a C reader is to the bench: the work that is timed, and the same work told in full. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>

/* Once, before anything is read. */
void peer_start(void);

/* The timed work: from the bytes of a datagram to decoded fields, and everything freed again.
   Answers a number made of the fields, so that none is skipped; 0 = the message could not be read. */
size_t peer_read(const char *bytes, size_t length);

/* The same work, each field told with field(). Answers 0 when the message could not be read. */
int peer_fields(const char *bytes, size_t length);

/* The same where a library's transport has the kernel put a datagram into the library's own memory. Weak: a library that always copies
   leaves all three out. First a message of the library's with room for so many bytes, which the harness fills; then the work, and
   everything freed. */
void *peer_open(size_t length, char **room) __attribute__((weak));
size_t peer_read_open(void *message, size_t length) __attribute__((weak));
int peer_fields_open(void *message, size_t length) __attribute__((weak));

void field_bytes(const char *name, const char *bytes, size_t length);
/* NULL is told as "". */
void field(const char *name, const char *text);
void field_number(const char *name, long number);

/* Length of a text, 0 for NULL. */
size_t length_of(const char *text);

#endif
