/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/file_lock.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct flock range(short type, int64_t start, int64_t length) {
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
}

bool file_lock(int fd, bool exclusive, int64_t start, int64_t length) {
    struct flock lock = range(exclusive ? F_WRLCK : F_RDLCK, start, length);
    while (fcntl(fd, F_OFD_SETLK, &lock) != 0)
        if (errno != EINTR) return errno != EAGAIN && errno != EACCES;
    return true;
}

bool file_is_locked(int fd, int64_t start, int64_t length) {
    struct flock lock = range(F_WRLCK, start, length);
    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool file_has_name(int fd, const char *path) {
    struct stat open_file, named;
    return fstat(fd, &open_file) == 0 && stat(path, &named) == 0 &&
           open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

int file_open_locked(const char *path, bool create) {
    for (;;) {
        const int fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0666);
        if (fd < 0) return -1;
        const bool locked = file_lock(fd, true, 0, 0);
        if (locked && file_has_name(fd, path)) return fd;
        close(fd);
        if (!locked) return errno = EWOULDBLOCK, -1;
    }
}
