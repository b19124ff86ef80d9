-- Run by TestNeovim: nvim --headless --clean topology.hcl -c 'luafile neovim.lua'. The environment's K8SPLAN is the program.
-- It works on every Neovim from 0.7 on, which Debian bookworm has.

local function fail(...)
  io.stderr:write(table.concat(vim.tbl_map(function(v)
    return type(v) == 'string' and v or vim.inspect(v)
  end, { ... }), ' '), '\n')
  vim.cmd('cquit 1')
end

local function check(ok, ...)
  if not ok then
    fail(...)
  end
end

local function main()
  local buffer = vim.api.nvim_get_current_buf()
  local client = vim.lsp.start_client({
    name = 'k8splan',
    cmd = { vim.env.K8SPLAN, 'lsp' },
    root_dir = vim.fn.getcwd(),
    on_error = function(code, err) fail('client error', code, err) end,
  })
  check(client, 'no client')
  vim.lsp.buf_attach_client(buffer, client)

  local function wait(what, f)
    check(vim.wait(300000, f, 20), 'timeout:', what, vim.diagnostic.get(buffer), vim.api.nvim_buf_get_lines(buffer, 0, -1, false))
  end

  local function found(id)
    for _, d in ipairs(vim.diagnostic.get(buffer)) do
      if d.code == id or (d.user_data and d.user_data.lsp and d.user_data.lsp.code == id) then
        return d
      end
    end
  end

  local function ask(method, line, character)
    local params = { textDocument = vim.lsp.util.make_text_document_params(buffer), position = { line = line, character = character } }
    local answers, err = vim.lsp.buf_request_sync(buffer, method, params, 300000)
    check(answers and answers[client], method, err or 'no answer')
    check(not answers[client].error, method, answers[client].error)
    return answers[client].result
  end

  -- Findings on opening, at their place.
  wait('diagnostics', function() return found('unknown-argument') end)
  local d = found('unknown-argument')
  check(d.lnum == 5 and d.col == 2 and d.end_col == 8, 'place', d)
  check(d.message:find('Did you mean "address"', 1, true), 'message', d.message)
  check(d.severity == vim.diagnostic.severity.ERROR, 'severity', d)

  -- Findings as one types: the mistake is fixed, and the finding goes without a save.
  vim.api.nvim_buf_set_lines(buffer, 5, 6, false, { '  address = "192.168.56.10"' })
  wait('no diagnostics', function() return #vim.diagnostic.get(buffer) == 0 end)

  -- Documentation, with what was decided.
  local hover = ask('textDocument/hover', 0, 3)
  check(hover.contents.value:find('Kubernetes 1.', 1, true), 'hover', hover)
  check(ask('textDocument/hover', 5, 4).contents.value:find('Address on the cluster', 1, true), 'hover of an argument')

  -- Completion by omnifunc, as <C-x><C-o> calls it: in a word, of an argument, and of a value.
  vim.api.nvim_buf_set_lines(buffer, 7, 7, false, { '', 'node "dev-2" {', '  addr', '}' })
  local function labels(line, character)
    local out = {}
    for _, item in ipairs(vim.lsp.util.extract_completion_items(ask('textDocument/completion', line, character))) do
      out[item.label] = item
    end
    return out
  end
  local item = labels(9, 6)['address']
  check(item, 'completion has no address')
  vim.lsp.util.apply_text_edits({ item.textEdit }, buffer, 'utf-16')
  local line = vim.api.nvim_buf_get_lines(buffer, 9, 10, false)[1]
  check(line:find('^  address = '), 'completed to', line)
  check(labels(1, 9)['multi-etcd-multi-master'], 'completion has no types')

  -- The language of a target, by its label.
  vim.api.nvim_buf_set_lines(buffer, 11, 11, false, { '', 'target "vagrant" {', '  ', '}' })
  check(labels(12, 8)['vagrant'], 'completion has no targets')
  check(labels(13, 2)['host_memory'], 'completion has no arguments of the target')
  check(not labels(13, 2)['vpc_cidr'], 'completion has arguments of another target')
  vim.api.nvim_buf_set_lines(buffer, 13, 14, false, { '  provider = "libvirt"' })
  check(labels(13, 15)['virtualbox'], 'completion has no values of the target')
  check(ask('textDocument/hover', 13, 4).contents.value:find('Provider of the machines', 1, true), 'hover of an argument of the target')
  vim.api.nvim_buf_set_lines(buffer, 11, 15, false, {})

  -- The other place of a clash.
  vim.api.nvim_buf_set_lines(buffer, 9, 10, false, { '  address = "192.168.56.10"' })
  local clash
  wait('a clash', function()
    for _, one in ipairs(vim.diagnostic.get(buffer)) do
      if one.message:find('line %d') then
        clash = one
        return true
      end
    end
  end)
  local leads = ask('textDocument/definition', clash.lnum, clash.col)
  check(#leads >= 1 and leads[1].range.start.line ~= clash.lnum, 'definition', clash, leads)

  -- Layout, as vim.lsp.buf.format applies it.
  local params = { textDocument = vim.lsp.util.make_text_document_params(buffer), options = { tabSize = 2, insertSpaces = true } }
  local answers = vim.lsp.buf_request_sync(buffer, 'textDocument/formatting', params, 300000)
  check(answers and answers[client] and answers[client].result, 'formatting', answers)
  vim.lsp.util.apply_text_edits(answers[client].result, buffer, 'utf-16')
  vim.cmd('silent write')

  vim.lsp.stop_client(client)
  wait('the end', function() return vim.lsp.client_is_stopped(client) end)
  print('ok\n')
  vim.cmd('quit!')
end

local ok, err = xpcall(main, debug.traceback)
if not ok then
  fail(err)
end
