"""Lua scripts under the fence: their calls get the prefix in the script itself, because only there are they known."""

import hashlib

_PROLOGUE = """
local redis=(function(r,p)
 local free={PING=1,ECHO=1,TIME=1,DBSIZE=1,INFO=1,SELECT=1}
 local function own(k) return string.sub(k,1,#p)==p end
 local function named(k) if own(k) then return k end return p..k end
 local function keys_of(name,a) return r.pcall('COMMAND','GETKEYS',name,unpack(a)) end
 local function has(list,one) for i=1,#list do if list[i]==one then return true end end return false end
 local function put(name,a,key)
  local at,keys={},{}
  for i=1,#a do if tostring(a[i])==key then at[#at+1]=i end end
  for _,i in ipairs(at) do
   local was=a[i] a[i]=p..key
   if #at==1 or has(keys_of(name,a),p..key) then keys[#keys+1]=i end
   a[i]=was
  end
  for _,i in ipairs(keys) do a[i]=p..key end
 end
 local function checked(name,...)
  local c,a=string.upper(name),{...}
  if c=='KEYS' and a[1] then a[1]=named(a[1]) return nil,a end
  if (c=='PUBLISH' or c=='SPUBLISH') and a[1] then a[1]=named(a[1]) return nil,a end
  if c=='SCAN' then
   for i=2,#a do if string.upper(a[i])=='MATCH' and a[i+1] then a[i+1]=named(a[i+1]) return nil,a end end
   a[#a+1]='MATCH' a[#a+1]=p..'*' return nil,a
  end
  if free[c] then return nil,a end
  local keys=keys_of(name,a)
  if keys.err then return 'loadaudit refused '..c..' in a script: an isolated run may touch its own keys only' end
  for i=1,#keys do if not own(keys[i]) then put(name,a,keys[i]) end end
  return nil,a
 end
 return setmetatable({
  call=function(...) local e,a=checked(...) if e then error(e) end return r.call((...),unpack(a)) end,
  pcall=function(...) local e,a=checked(...) if e then return r.error_reply(e) end return r.pcall((...),unpack(a)) end,
 },{__index=r})
end)(redis,table.remove(ARGV))
local server=redis
"""
# A key is found by its value. Where that stands at several places, as in SET a a, each of them is tried: it is the
# key's if GETKEYS sees the change.
PROLOGUE = " ".join(line.strip() for line in _PROLOGUE.strip().splitlines()).encode() + b" "
"""On one line and before the script's first, so that line numbers in errors stay; takes the prefix from ARGV's end."""

UNKNOWN_SHA = b"0" * 40


class ScriptBook:
    """Knows the scripts that were sent by this process; a script loaded by anybody else is not checked and not run."""

    def __init__(self) -> None:
        self._checked: dict[bytes, bytes] = {}
        """SHA-1 of the checked script by that of the script itself, and by its own."""

    def checked(self, script: bytes) -> bytes:
        """Return the script with the check put before it."""
        first, newline, rest = script.partition(b"\n") if script.startswith(b"#!") else (b"", b"", script)
        made = first + newline + PROLOGUE + rest
        sha = _sha(made)
        self._checked[_sha(script)] = self._checked[sha] = sha
        return made

    def sha(self, sha: bytes) -> bytes | None:
        """Return the SHA-1 of the checked script for that of the script, or None when it is not known here."""
        return self._checked.get(sha.lower())


def _sha(script: bytes) -> bytes:
    # What Redis itself names scripts by; no matter of security.
    return hashlib.sha1(script, usedforsecurity=False).hexdigest().encode()
