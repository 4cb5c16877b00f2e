/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that wait for descriptors. The result or -errno. */
#ifndef SKEP_PRELOAD_POLLING_H
#define SKEP_PRELOAD_POLLING_H

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>

long door_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
/* timeout in milliseconds, negative: for ever. signals may be NULL. */
long door_epoll_wait(int epoll, struct epoll_event *events, int room, int timeout, const sigset_t *signals);
/* timeout NULL: for ever. */
long door_poll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *signals);

/* A descriptor is about to be closed. */
void door_poll_closing(int fd);

#endif
