// usage: node bridged.js <npm package dir> <out.json> <file:type>...   (type "provider" = the provider's block)
// Reads a provider's schema out of a Pulumi package, which Pulumi's bridge generates from the provider: an argument's name is there in
// camel case, in the plural where it is a list; a block that stands at most once is there as one object. What is read back: names, types,
// what is required, nesting. The bridge does not say which lists are sets, nor how many blocks there may be.
const fs=require('fs'),path=require('path');
const [,,pkg,out,...items]=process.argv;
const snake=s=>s.replace(/[A-Z]/g,c=>'_'+c.toLowerCase());
// names whose plural is the bridge's own, beside those of blocks
const singular={boot_orders:'boot_order'};
const one=s=>s.replace(/s$/,'');
const res={resources:{},data_sources:{},provider:null,version:path.basename(pkg)};
const types=fs.readFileSync(path.join(pkg,'types/input.d.ts'),'utf8');

// the members of an interface or class: [name, optional, type]
function members(text,header){
  const at=text.indexOf(header); if(at<0) throw new Error(header);
  const body=text.slice(at,text.indexOf('\n}',at)).replace(/\s*\/\*\*[\s\S]*?\*\//g,'');
  return [...body.matchAll(/^ {4}(?:readonly )?(\w+)(\??): ([\s\S]*?);(?=\n {4}\w|\s*$(?![\s\S]))/gm)].map(m=>[m[1],m[2]==='?',m[3].replace(/\s+/g,' ')]);
}
// what is left of a type without pulumi's wrappers
function bare(t){
  for(let before='';before!==t;){
    before=t;
    t=t.replace(/^pulumi\.(?:Input|Output)<(.*)>$/,'$1').replace(/ \| undefined$/,'').trim();
  }
  return t;
}
const scalars={string:'string',number:'number',boolean:'bool',any:'dynamic'};
function block(list,inputs){
  const b={attributes:{},block_types:{}};
  for(const [name,optional,written] of list){
    let t=bare(written), many=false, n=snake(name);
    if(t.endsWith('[]')){ many=true; t=bare(t.slice(0,-2)); }
    const req=inputs&&!optional?{required:true}:inputs?{optional:true,computed:true}:{computed:true};
    const object=/^(?:inputs|outputs)\.([\w.]+)$/.exec(t);
    if(object&&inputs){
      const inner=block(members(types,`interface ${object[1].split('.').pop()} {`),true);
      b.block_types[many?one(n):n]={nesting_mode:'list',min_items:optional?0:1,max_items:many?0:1,block:inner};
    } else if(object){
      b.attributes[n]={type:'dynamic',computed:true};
    } else if(/^\{ \[key: string\]/.test(t)){
      b.attributes[n]=Object.assign({type:['map',scalars[bare(/\]: (.*?);? \}/.exec(t)[1])]||'dynamic']},req);
    } else {
      const scalar=scalars[t]; if(!scalar) continue; // enums and unions: none of what is asked for has one
      b.attributes[many?singular[n]||n:n]=Object.assign({type:many?['list',scalar]:scalar},req);
    }
  }
  return b;
}
for(const item of items){
  const [file,type]=item.split(':');
  const text=fs.readFileSync(path.join(pkg,file+'.d.ts'),'utf8');
  const kind=/export declare class (\w+) extends/.exec(text)[1];
  const b=block(members(text,`export interface ${kind}Args {`),true);
  if(type==='provider'){ res.provider=b; continue; }
  const known=new Set([...Object.keys(b.attributes),...Object.keys(b.block_types)]);
  for(const [n,a] of Object.entries(block(members(text,`export declare class ${kind} extends`).filter(m=>/^pulumi\.Output</.test(m[2])),false).attributes))
    if(!known.has(n)&&!known.has(one(n))) b.attributes[n]=a;
  b.attributes.id={type:'string',computed:true};
  res.resources[type]=b;
}
fs.writeFileSync(out,JSON.stringify(res));
