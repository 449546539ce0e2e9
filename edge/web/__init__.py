"""The web room: the JSON API, the pages for handhelds and stations, and who may do what."""
