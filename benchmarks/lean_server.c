// A null server for benchmarks: answers every request at once with 13 bytes, and counts. Loopback, one thread.
//
// Prints its port. On stdin, a line asks for the number of requests answered so far; at the end of stdin it
// prints "SECOND COUNT" for every second of the wall clock in which it answered, and exits.
// Understands no more of HTTP than the empty line at the end of a head: requests with bodies are miscounted.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_SECONDS 3600
static const char ANSWER[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!";
static unsigned long counts[MOST_SECONDS], total;
static char matched[65536];  // by connection: how much of "\r\n\r\n" has come

static int answer(int fd, time_t start) {
    char buffer[65536];
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0) return -1;
    int requests = 0;
    for (ssize_t i = 0; i < n; i++) {
        char expected = "\r\n\r\n"[(int)matched[fd]];
        matched[fd] = buffer[i] == expected ? matched[fd] + 1 : buffer[i] == '\r';
        if (matched[fd] == 4) { matched[fd] = 0; requests++; }
    }
    for (int i = 0; i < requests; i++)
        if (write(fd, ANSWER, sizeof ANSWER - 1) < 0) return -1;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec - start < MOST_SECONDS) counts[now.tv_sec - start] += requests;
    total += requests;
    return 0;
}

int main(void) {
    time_t start = time(NULL);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (void *)&address, length) || listen(listener, 4096)) return 1;
    getsockname(listener, (void *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = 0;
    epoll_ctl(poll, EPOLL_CTL_ADD, 0, &event);
    for (;;) {
        int n = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            char line[64];
            if (fd == 0) {
                if (read(0, line, sizeof line) <= 0) {
                    for (int s = 0; s < MOST_SECONDS; s++)
                        if (counts[s]) printf("%ld %lu\n", (long)(start + s), counts[s]);
                    return 0;
                }
                printf("%lu\n", total);
                fflush(stdout);
            } else if (fd == listener) {
                event.data.fd = accept(listener, NULL, NULL);
                if (event.data.fd < 0 || event.data.fd >= (int)sizeof matched) continue;
                matched[event.data.fd] = 0;
                setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
            } else if (answer(fd, start)) {
                close(fd);
            }
        }
    }
}
