/* sha256.c - adapter to Nettle's SHA-256 (it uses the processor's SHA instructions). */
#include "core/hash.h"

#include <nettle/sha2.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(cim__sha256), "state too small");

static struct sha256_ctx *state(cim__sha256 *sha) { return (struct sha256_ctx *)(void *)sha->state; }

void cim__sha256_begin(cim__sha256 *sha) { sha256_init(state(sha)); }

void cim__sha256_add(cim__sha256 *sha, const void *data, size_t size) { sha256_update(state(sha), size, data); }

void cim__sha256_end(cim__sha256 *sha, char hex_out[65])
{
    static const char hex[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(state(sha), sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex_out[2 * i] = hex[digest[i] >> 4];
        hex_out[2 * i + 1] = hex[digest[i] & 15];
    }
    hex_out[64] = 0;
}
