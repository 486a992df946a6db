-- Pauses between a connection's requests, so that wrk sends at a rate: `wrk … -s pace.lua -- MEAN_PAUSE_MS`.
function init(arguments)
    mean_ms = tonumber(arguments[1])
    math.randomseed(os.time())
end

function delay()
    return math.random() * 2 * mean_ms
end
