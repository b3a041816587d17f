/* The floor: what one viewer costs with libsrtp and segmented sends alone, in C and without anything else.
 *
 * floor SECONDS PACKETS SIZE PICTURES PORT...: sends to each port on 127.0.0.1 that many pictures a second of PACKETS
 * packets of SIZE bytes; each viewer has a key of its own. Prints the seconds of CPU that it took and the pictures that
 * it sent.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <netinet/udp.h>
#include <srtp2/srtp.h>

enum { HEADER = 12, TAG = 16, LARGEST = 1500, RUN = 44 };

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static srtp_t keyed(void) {
    static unsigned char key[SRTP_AES_GCM_128_KEY_LEN_WSALT];
    srtp_policy_t policy = {0};
    srtp_t session;
    for (size_t i = 0; i < sizeof key; i++) key[i] = rand();
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    policy.ssrc.type = ssrc_any_outbound;
    policy.key = key;
    policy.window_size = 1024;
    if (srtp_create(&session, &policy)) exit(2);
    return session;
}

/* Sends COUNT packets that lie one behind the other, each STRIDE bytes. */
static void send_run(int from, unsigned char *packets, int count, int stride, const struct sockaddr_in *to) {
    char control[CMSG_SPACE(sizeof(unsigned short))] = {0};
    struct iovec part = {packets, (size_t)count * stride};
    struct msghdr message = {(void *)to, sizeof *to, &part, 1, control, sizeof control, 0};
    struct cmsghdr *segment = CMSG_FIRSTHDR(&message);
    segment->cmsg_level = IPPROTO_UDP;
    segment->cmsg_type = UDP_SEGMENT;
    segment->cmsg_len = CMSG_LEN(sizeof(unsigned short));
    *(unsigned short *)CMSG_DATA(segment) = stride;
    if (sendmsg(from, &message, 0) < 0) perror("sendmsg");
}

int main(int argc, char **argv) {
    if (argc < 6) return 2;
    int viewers = argc - 5, count = atoi(argv[2]), size = atoi(argv[3]), rate = atoi(argv[4]);
    double lasting = atof(argv[1]);
    int stride = size + TAG;
    if (srtp_init() || count > RUN || stride > LARGEST) return 2;
    srtp_t *sessions = calloc(viewers, sizeof *sessions);
    int *sockets = calloc(viewers, sizeof *sockets);
    for (int v = 0; v < viewers; v++) sessions[v] = keyed(), sockets[v] = socket(AF_INET, SOCK_DGRAM, 0);
    static unsigned char plain[RUN * LARGEST], sealed[RUN * LARGEST];
    unsigned short number = 1;
    long pictures = 0;
    double began = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (long picture = 0; seconds(CLOCK_MONOTONIC) - began < lasting; picture++) {
        for (int p = 0; p < count; p++) {
            unsigned char *packet = plain + p * stride;
            memset(packet, 0, HEADER);
            packet[0] = 0x80, packet[1] = 96 | (p == count - 1 ? 0x80 : 0);
            packet[2] = (number + p) >> 8, packet[3] = number + p;
            packet[11] = 1;
        }
        number += count;
        for (int v = 0; v < viewers; v++) {
            struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[5 + v]))};
            to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            memcpy(sealed, plain, (size_t)count * stride);
            for (int p = 0; p < count; p++) {
                int length = size;
                if (srtp_protect(sessions[v], sealed + p * stride, &length) || length != stride) return 3;
            }
            send_run(sockets[v], sealed, count, stride, &to);
            pictures++;
        }
        double next = began + (picture + 1.0) / rate - seconds(CLOCK_MONOTONIC);
        if (next > 0) usleep(next * 1e6);
    }
    printf("%.6f %ld\n", seconds(CLOCK_PROCESS_CPUTIME_ID) - used, pictures);
    return 0;
}
