/* The one entropy source of the agent's mbedTLS: getrandom(2), which waits until the kernel's
 * generator is seeded. */
#include <errno.h>
#include <sys/random.h>

#include <mbedtls/entropy.h>
#include <mbedtls/entropy_poll.h>

int mbedtls_hardware_poll(void* unused, unsigned char* output, size_t wanted, size_t* given) {
    (void)unused;
    ssize_t count;
    do {
        count = getrandom(output, wanted, 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    *given = (size_t)count;
    return 0;
}
