/* Stands between a program and its disk: counts what changes a folder, fails or kills at any of
 * it, and writes down what was asked, so that a power cut can be played back.
 *
 * Loaded by LD_PRELOAD; does nothing until `arm` is called. Only what happens below `root` counts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WATCH, KILL, TORN, IO_ERROR, BROKEN, FULL, READ_ONLY, UNREADABLE };
enum { OPEN = 1, WRITE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, TRUNCATE, LINK, DONE, READ };
#define FDS 4096
#define ROOM (2 * PATH_MAX)
#define REAL(name) ((__typeof__(name) *)real(#name))

static char root[PATH_MAX];
static size_t root_length;
static int how = -1, journal = -1, failing;
static long at, touched;
static char *name_of[FDS];
static pthread_mutex_t turn = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* What is counted from now on: fail at the `at_`-th touch below `root_` in a way `how_`; what
 * happens is written to the descriptor `journal_`, if that is not negative. */
void arm(const char *root_, int how_, long at_, int journal_) {
    snprintf(root, sizeof root, "%s", root_);
    root_length = strlen(root);
    at = at_, journal = journal_, touched = failing = 0, how = how_;
}

long touches(void) { return touched; }

static int ours(const char *path) {
    return how >= 0 && path && !strncmp(path, root, root_length) &&
           (path[root_length] == '/' || !path[root_length]);
}

static const char *resolved(int folder, const char *path, char *room) {
    char link[64], base[PATH_MAX];
    if (path[0] == '/') return path;
    if (folder == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) return path;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t n = readlink(link, base, sizeof base - 1);
        if (n < 0) return path;
        base[n] = 0;
    }
    snprintf(room, ROOM, "%s/%s", base, path);
    return room;
}

static const char *path_of(int fd) { return fd >= 0 && fd < FDS ? name_of[fd] : NULL; }

static void note(int what, int fd, int64_t offset, const char *path, const char *to,
                 const void *data, int64_t length) {
    if (journal < 0) return;
    int64_t head[6] = {what, fd, offset, path ? strlen(path) : 0, to ? strlen(to) : 0, length};
    struct iovec parts[4] = {{head, sizeof head}, {(void *)path, head[3]}, {(void *)to, head[4]},
                             {(void *)data, data ? length : 0}};
    if (syscall(SYS_writev, journal, parts, 4) < 0) abort();
}

/* A step of the program is over: what it promised holds from here on. */
void done(void) {
    pthread_mutex_lock(&turn);
    note(DONE, -1, 0, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&turn);
}

/* Whether this touch fails, with errno set; does not come back where the program is killed. */
static int fails(int what) {
    if (how == UNREADABLE ? what != READ : what == READ) return 0;
    touched++;
    if (touched == at) {
        failing = 1;
        if (how == KILL) kill(getpid(), SIGKILL);
        if (how == TORN && what != WRITE) kill(getpid(), SIGKILL);
    }
    if (!failing) return 0;
    int changes = what != SYNC;
    switch (how) {
    case IO_ERROR: case UNREADABLE: errno = EIO; return touched == at;
    case BROKEN: errno = EIO; return what == WRITE || what == SYNC;
    case FULL: errno = ENOSPC; return what == WRITE || what == OPEN || what == MKDIR || what == LINK;
    case READ_ONLY: errno = EROFS; return changes;
    }
    return 0;
}

/* How much of a write comes to the disk: a full or dying one takes half of the first. */
static ssize_t half(size_t n) {
    return touched == at && (how == TORN || how == FULL) && n > 1 ? (ssize_t)(n / 2) : -1;
}

#define LOCKED(kind, call)                                    \
    pthread_mutex_lock(&turn);                                       \
    kind result = call;                                              \
    int kept = errno;                                                \
    pthread_mutex_unlock(&turn);                                     \
    errno = kept;                                                    \
    return result

static int opened(int folder, const char *given, int flags, mode_t mode) {
    char room[ROOM];
    const char *path = resolved(folder, given, room);
    int mine = ours(path), made = 0;
    if (mine && (flags & (O_CREAT | O_TRUNC)) && (flags & O_TMPFILE) != O_TMPFILE) {
        struct stat there;
        made = stat(path, &there) != 0;
        if ((made && (flags & O_CREAT)) || (!made && (flags & O_TRUNC) && there.st_size))
            if (fails(OPEN)) return -1;
    }
    int fd = syscall(SYS_openat, folder, given, flags | O_LARGEFILE, mode);
    if (fd < 0 || fd >= FDS) return fd;
    free(name_of[fd]);
    name_of[fd] = mine ? strdup(path) : NULL;
    if (mine) note(OPEN, fd, flags & O_TRUNC ? 1 : 0, path, NULL, NULL, 0);
    return fd;
}

#define MODE                                \
    mode_t mode = 0;                        \
    if (flags & (O_CREAT | O_TMPFILE)) {    \
        va_list rest;                       \
        va_start(rest, flags);              \
        mode = va_arg(rest, mode_t);        \
        va_end(rest);                       \
    }
int open(const char *p, int flags, ...) { MODE LOCKED(int, opened(AT_FDCWD, p, flags, mode)); }
int open64(const char *p, int flags, ...) { MODE LOCKED(int, opened(AT_FDCWD, p, flags, mode)); }
int openat(int d, const char *p, int flags, ...) { MODE LOCKED(int, opened(d, p, flags, mode)); }
int openat64(int d, const char *p, int flags, ...) { MODE LOCKED(int, opened(d, p, flags, mode)); }

static ssize_t written(int fd, const void *data, size_t n, off_t offset, int placed) {
    const char *path = path_of(fd);
    if (!ours(path)) return placed ? REAL(pwrite)(fd, data, n, offset) : REAL(write)(fd, data, n);
    int first = !failing, no = fails(WRITE);
    ssize_t some = first && failing ? half(n) : -1;
    if (no && some < 0) return -1;
    if (some >= 0) n = some;
    ssize_t done = placed ? REAL(pwrite)(fd, data, n, offset) : REAL(write)(fd, data, n);
    if (how == TORN && touched == at) kill(getpid(), SIGKILL);
    if (done > 0) note(WRITE, fd, placed ? offset : lseek(fd, 0, SEEK_CUR) - done, NULL, NULL, data, done);
    return done;
}
ssize_t write(int fd, const void *b, size_t n) { LOCKED(ssize_t, written(fd, b, n, 0, 0)); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { LOCKED(ssize_t, written(fd, b, n, o, 1)); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { LOCKED(ssize_t, written(fd, b, n, o, 1)); }

static ssize_t taken(int fd, void *b, size_t n, off_t o, int placed) {
    if (ours(path_of(fd)) && fails(READ)) return -1;
    return placed ? REAL(pread)(fd, b, n, o) : REAL(read)(fd, b, n);
}
ssize_t read(int fd, void *b, size_t n) { LOCKED(ssize_t, taken(fd, b, n, 0, 0)); }
ssize_t pread(int fd, void *b, size_t n, off_t o) { LOCKED(ssize_t, taken(fd, b, n, o, 1)); }
ssize_t pread64(int fd, void *b, size_t n, off64_t o) { LOCKED(ssize_t, taken(fd, b, n, o, 1)); }

/* Nothing is really flushed: only a power cut could tell, and that is played back. */
static int synced(int fd) {
    if (!ours(path_of(fd))) return REAL(fsync)(fd);
    if (fails(SYNC)) return -1;
    note(SYNC, fd, 0, path_of(fd), NULL, NULL, 0);
    return 0;
}
int fsync(int fd) { LOCKED(int, synced(fd)); }
int fdatasync(int fd) { LOCKED(int, synced(fd)); }

static int cut(int fd, off_t length) {
    if (ours(path_of(fd)) && fails(TRUNCATE)) return -1;
    int done = REAL(ftruncate)(fd, length);
    if (!done && ours(path_of(fd))) note(TRUNCATE, fd, length, NULL, NULL, NULL, 0);
    return done;
}
int ftruncate(int fd, off_t n) { LOCKED(int, cut(fd, n)); }
int ftruncate64(int fd, off64_t n) { LOCKED(int, cut(fd, n)); }

int close(int fd) {
    pthread_mutex_lock(&turn);
    if (fd >= 0 && fd < FDS) free(name_of[fd]), name_of[fd] = NULL;
    int done = REAL(close)(fd), kept = errno;
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

static int renamed(int d, const char *from, int e, const char *to) {
    char one[ROOM], two[ROOM];
    const char *old = resolved(d, from, one), *new = resolved(e, to, two);
    int mine = ours(old) || ours(new);
    if (mine && fails(RENAME)) return -1;
    int done = REAL(renameat)(d, from, e, to);
    if (!done && mine) note(RENAME, -1, 0, old, new, NULL, 0);
    return done;
}
int rename(const char *a, const char *b) { LOCKED(int, renamed(AT_FDCWD, a, AT_FDCWD, b)); }
int renameat(int d, const char *a, int e, const char *b) { LOCKED(int, renamed(d, a, e, b)); }

static int gone(int d, const char *given, int flags) {
    char room[ROOM];
    const char *path = resolved(d, given, room);
    int what = flags & AT_REMOVEDIR ? RMDIR : UNLINK;
    if (ours(path) && faccessat(d, given, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && fails(what)) return -1;
    int done = REAL(unlinkat)(d, given, flags);
    if (!done && ours(path)) note(what, -1, 0, path, NULL, NULL, 0);
    return done;
}
int unlink(const char *p) { LOCKED(int, gone(AT_FDCWD, p, 0)); }
int rmdir(const char *p) { LOCKED(int, gone(AT_FDCWD, p, AT_REMOVEDIR)); }
int unlinkat(int d, const char *p, int flags) { LOCKED(int, gone(d, p, flags)); }

static int made(int d, const char *given, mode_t mode) {
    char room[ROOM];
    const char *path = resolved(d, given, room);
    if (ours(path) && faccessat(d, given, F_OK, 0) && fails(MKDIR)) return -1;
    int done = REAL(mkdirat)(d, given, mode);
    if (!done && ours(path)) note(MKDIR, -1, 0, path, NULL, NULL, 0);
    return done;
}
int mkdir(const char *p, mode_t m) { LOCKED(int, made(AT_FDCWD, p, m)); }
int mkdirat(int d, const char *p, mode_t m) { LOCKED(int, made(d, p, m)); }

int link(const char *from, const char *to) {
    pthread_mutex_lock(&turn);
    int no = ours(to) && fails(LINK), done = no ? -1 : REAL(link)(from, to), kept = errno;
    if (!done && ours(to)) note(LINK, -1, 0, from, to, NULL, 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

/* Copies by the kernel would pass us by; programs then copy by hand. */
ssize_t sendfile(int a, int b, off_t *c, size_t d) { errno = ENOSYS; return -1; }
ssize_t sendfile64(int a, int b, off64_t *c, size_t d) { errno = ENOSYS; return -1; }
ssize_t copy_file_range(int a, off64_t *b, int c, off64_t *d, size_t e, unsigned f) { errno = ENOSYS; return -1; }
