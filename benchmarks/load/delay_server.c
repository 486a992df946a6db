/* An HTTP server that answers each request a fixed time after it has arrived, and keeps a log of how long it took.
 *
 * delay_server PORT DELAY_US LOG: one thread, epoll, keep-alive only. The delay is the same for all requests, so those
 * that wait are a queue, and what is due first stands at its head. On SIGTERM it writes to LOG, one per line, the
 * microseconds from reading each request to having written its answer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WAITING = 1 << 16, LOGGED = 1 << 22, EVENTS = 512 };

struct waiting { int fd; int64_t came_ns; };

static struct waiting queue[WAITING];
static uint32_t head, tail;
static uint32_t *logged;
static size_t logged_count;
static volatile sig_atomic_t stopped;

static void stop(int number) { (void)number; stopped = 1; }

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int listening(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4096)) { perror("bind"); exit(2); }
    return fd;
}

static void accept_all(int epoll, int server) {
    int fd, yes = 1;
    while ((fd = accept4(server, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

/* A request is taken as whole when its bytes end in an empty line; the clients here send no bodies. */
static void take(int epoll, int fd) {
    char text[8192];
    ssize_t size = read(fd, text, sizeof text);
    if (size <= 0) {
        if (size == 0 || errno != EAGAIN) { epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); close(fd); }
        return;
    }
    if (size >= 4 && !memcmp(text + size - 4, "\r\n\r\n", 4)) {
        queue[tail++ % WAITING] = (struct waiting){.fd = fd, .came_ns = now_ns()};
    }
}

static void answer_due(int64_t delay_ns) {
    static const char answer[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<h1>Page</h1>";
    while (head != tail && queue[head % WAITING].came_ns + delay_ns <= now_ns()) {
        struct waiting one = queue[head++ % WAITING];
        if (write(one.fd, answer, sizeof answer - 1) < 0) continue;
        if (logged_count < LOGGED) logged[logged_count++] = (now_ns() - one.came_ns) / 1000;
    }
}

int main(int count, char **arguments) {
    if (count != 4) { fprintf(stderr, "usage: delay_server PORT DELAY_US LOG\n"); return 2; }
    int64_t delay_ns = atoll(arguments[2]) * 1000;
    struct rlimit files = {.rlim_cur = 8192, .rlim_max = 8192};
    struct epoll_event events[EVENTS];
    int server = listening(atoi(arguments[1])), epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = server};
    logged = malloc(LOGGED * sizeof *logged);
    setrlimit(RLIMIT_NOFILE, &files);
    prctl(PR_SET_TIMERSLACK, 1000);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGTERM, stop);
    signal(SIGPIPE, SIG_IGN);
    epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event);
    while (!stopped) {
        struct timespec wait = {.tv_nsec = 100000000};
        if (head != tail) {
            int64_t left_ns = queue[head % WAITING].came_ns + delay_ns - now_ns();
            if (left_ns < wait.tv_nsec) wait.tv_nsec = left_ns > 0 ? left_ns : 0;
        }
        int ready = epoll_pwait2(epoll, events, EVENTS, &wait, NULL);
        for (int n = 0; n < ready; n++) {
            if (events[n].data.fd == server) accept_all(epoll, server);
            else take(epoll, events[n].data.fd);
        }
        answer_due(delay_ns);
    }
    FILE *log = fopen(arguments[3], "w");
    for (size_t n = 0; log && n < logged_count; n++) fprintf(log, "%u\n", logged[n]);
    return log && !fclose(log) ? 0 : 2;
}
