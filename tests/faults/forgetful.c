/* Writes down, in their order, what a program does to its database and which answers leave it (LD_PRELOAD).
 *
 * FORGETFUL_FILE: the database; its -wal and -journal are watched as well. FORGETFUL_LOG: where the record goes.
 * A record is: kind (W write, T truncate, S sync, U unlink, A answer), number of the file, 4 bytes length, 8 bytes offset
 * (or size), then the bytes. What is in the memory shared by connections (-shm) never survives a cut and is not recorded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 65536
#define REAL(name) ({ static __typeof__(&name) found; if (!found) found = dlsym(RTLD_NEXT, #name); found; })

static const char *endings[] = {"", "-wal", "-journal"};
static unsigned char file_of[DESCRIPTORS]; /* 1 + number of the file */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int record = -1;

static int number_of(const char *path) {
    const char *file = getenv("FORGETFUL_FILE");
    if (!file || !path || strncmp(path, file, strlen(file))) return -1;
    for (int n = 0; n < 3; n++)
        if (!strcmp(path + strlen(file), endings[n])) return n;
    return -1;
}

static void note(char kind, int file, const void *data, uint32_t length, uint64_t offset) {
    unsigned char head[14] = {(unsigned char)kind, (unsigned char)file};
    memcpy(head + 2, &length, 4);
    memcpy(head + 6, &offset, 8);
    struct iovec parts[2] = {{head, sizeof head}, {(void *)data, data ? length : 0}};
    if (record < 0) record = REAL(open)(getenv("FORGETFUL_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (writev(record, parts, 2) != (ssize_t)(sizeof head + parts[1].iov_len)) abort();
}

static int watched(int fd) { return fd >= 0 && fd < DESCRIPTORS ? file_of[fd] - 1 : -1; }

static int opened(int fd, const char *path) {
    if (fd >= 0 && fd < DESCRIPTORS) file_of[fd] = 1 + number_of(path);
    return fd;
}

#define OPENS(name)                                          \
    int name(const char *path, int flags, ...) {             \
        va_list more;                                        \
        va_start(more, flags);                               \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0; \
        va_end(more);                                        \
        return opened(REAL(name)(path, flags, mode), path);  \
    }
OPENS(open)
OPENS(open64)

int close(int fd) {
    if (fd >= 0 && fd < DESCRIPTORS) file_of[fd] = 0;
    return REAL(close)(fd);
}

#define WRITES(name, offset_type)                                                    \
    ssize_t name(int fd, const void *data, size_t length, offset_type offset) {      \
        int file = watched(fd);                                                      \
        if (file < 0) return REAL(name)(fd, data, length, offset);                   \
        pthread_mutex_lock(&turn);                                                   \
        ssize_t done = REAL(name)(fd, data, length, offset);                         \
        if (done > 0) note('W', file, data, (uint32_t)done, (uint64_t)offset);       \
        pthread_mutex_unlock(&turn);                                                 \
        return done;                                                                 \
    }
WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t length) {
    int file = watched(fd);
    if (file < 0) return REAL(write)(fd, data, length);
    pthread_mutex_lock(&turn);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t done = REAL(write)(fd, data, length);
    if (done > 0) note('W', file, data, (uint32_t)done, (uint64_t)offset);
    pthread_mutex_unlock(&turn);
    return done;
}

#define TRUNCATES(name, size_type)                               \
    int name(int fd, size_type size) {                           \
        int file = watched(fd);                                  \
        pthread_mutex_lock(&turn);                               \
        int failed = REAL(name)(fd, size);                       \
        if (file >= 0 && !failed) note('T', file, NULL, 0, (uint64_t)size); \
        pthread_mutex_unlock(&turn);                             \
        return failed;                                           \
    }
TRUNCATES(ftruncate, off_t)
TRUNCATES(ftruncate64, off64_t)

#define SYNCS(name)                                      \
    int name(int fd) {                                   \
        int file = watched(fd);                          \
        pthread_mutex_lock(&turn);                       \
        int failed = REAL(name)(fd);                     \
        if (file >= 0 && !failed) note('S', file, NULL, 0, 0); \
        pthread_mutex_unlock(&turn);                     \
        return failed;                                   \
    }
SYNCS(fsync)
SYNCS(fdatasync)

int unlink(const char *path) {
    int file = number_of(path);
    pthread_mutex_lock(&turn);
    int failed = REAL(unlink)(path);
    if (file >= 0 && !failed) note('U', file, NULL, 0, 0);
    pthread_mutex_unlock(&turn);
    return failed;
}

/* An answer counts from the moment it is handed to the network. */
ssize_t send(int fd, const void *data, size_t length, int flags) {
    if (length < 1 << 16 && memmem(data, length, "\"ok\":true", 9)) {
        pthread_mutex_lock(&turn);
        note('A', 0, data, (uint32_t)length, 0);
        pthread_mutex_unlock(&turn);
    }
    return REAL(send)(fd, data, length, flags);
}
