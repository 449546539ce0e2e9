from edge.web.people import Role


def test_smoke(client_of, house):
    p = client_of(Role.PICKER)
    print(p.get("/api/session").json())
    print(p.get("/api/prompt").json())
    r = p.post(
        "/api/work", json={"ready": True, "cart": "CART-1"}, headers={"Idempotency-Key": "1"}
    )
    print(r.status_code, r.text)
    r = p.post(
        "/api/scan",
        json={"prompt_id": "W-1/0", "code": "TEA-250"},
        headers={"Idempotency-Key": "2"},
    )
    print(r.status_code, r.text)
    with p.stream("GET", "/api/prompt/stream") as s:
        it = s.iter_lines()
        print(next(it), next(it))
    for path in ["/pick", "/api/openapi.json", "/metrics", "/api/board", "/setup", "/api/pack/x"]:
        r = p.get(path)
        print(path, r.status_code, r.text[:80], dict(r.headers) if path == "/pick" else "")
    r = p.post("/api/scan", json={"prompt_id": "W-1/0", "code": "TEA-250", "x": 1})
    print(r.status_code, r.text)
