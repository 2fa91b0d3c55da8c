"""Names, places and dates that every part of the town shares."""

TOWN = "Lerchenfurt"
RIVER = "Erlach"
POSTCODE = "79999"
COUNTRY = "DE"

SEED = 20240517
ORIGIN_E = 506_000            # metres, EPSG:25832, plan point (0, 0)
ORIGIN_N = 5_383_000

CRS_PLANE = "EPSG:25832"
CRS_COMPOUND_URN = "urn:ogc:def:crs,crs:EPSG::25832,crs:EPSG::7837"
CRS_COMPOUND_URL = ("https://www.opengis.net/def/crs-compound"
                    "?1=http://www.opengis.net/def/crs/EPSG/0/25832"
                    "&2=http://www.opengis.net/def/crs/EPSG/0/7837")
CODELISTS = "https://lerchenfurt.example/codelists/"

TODAY = "2024-05-13"          # a Monday; nothing here reads the clock
GENERATOR = "libcim sample town"
