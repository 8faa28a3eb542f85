"""Arguments for the kernels of Bloom filters and count-min sketches."""


def key_and_seed(random):
    return [int(random.integers(0, 2**32)), int(random.integers(0, 2**32))]


def bloom(random):
    size = int(random.integers(1, 300))
    seed, key = key_and_seed(random)
    bits = random.integers(0, 2**32, (size + 31) // 32) | random.integers(0, 2**32, (size + 31) // 32)
    return [bits, size, int(random.integers(1, 8)), seed, key]


def count_min(random):
    width, depth = int(random.integers(1, 20)), int(random.integers(1, 6))
    seed, key = key_and_seed(random)
    return [random.integers(0, 3, width * depth), width, depth, seed, key]


cases = {
    "first_hash": key_and_seed,
    "hash_step": key_and_seed,
    "bloom_add": bloom,
    "bloom_query": bloom,
    "count_min_add": count_min,
    "count_min_query": count_min,
    "count_min_raise": count_min,
}
