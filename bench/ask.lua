-- SPDX-License-Identifier: Apache-2.0
-- For wrk: asks with the body that stands in BODY, if there is one.
local body = os.getenv("BODY")
if body and body ~= "" then
    wrk.method = "POST"
    wrk.body = body
    wrk.headers["Content-Type"] = "application/json"
end
