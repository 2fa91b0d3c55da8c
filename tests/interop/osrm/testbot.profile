/* Fixed speeds for judging travel times: the profile that the scenarios call testbot. */
KEY("access")
SPEED("primary", 36) SPEED("secondary", 18) SPEED("tertiary", 12) SPEED("steps", 6) SPEED("*", 24) SPEED("ferry", 24)
NODE("highway=traffic_signals", 7)
NUMBER("heed_limit", 2) NUMBER("limit_factor", 1) NUMBER("heed_oneway", 1) NUMBER("heed_turns", 1) NUMBER("top_kmh", 1000)
NUMBER("uturn_s", 20)
