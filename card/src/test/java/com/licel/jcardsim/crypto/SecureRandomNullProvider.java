package com.licel.jcardsim.crypto;

import java.security.SecureRandom;

/**
 * Real randomness, in the place of jCardSim's class of this name, which always gives the same.
 *
 * With that one all cards have the same key, and all signatures the same secret number, so that
 * two of them give the key away. The simulator finds this class first.
 */
final class SecureRandomNullProvider extends SecureRandom {
    private static final long serialVersionUID = 1L;
}
